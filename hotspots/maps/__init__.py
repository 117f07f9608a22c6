"""What people look at; the only room that imports folium."""
