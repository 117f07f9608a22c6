/* How the maps find their place beside what lies over them: buttons, slider, legend and panel. */
const AIR = 8;
const BUTTONS = ".hs-tools > .hs-category, .hs-layers > summary, .hs-compare";

const FIT = {
  /* The whole city as large as it can be, clear of all that lies over the map. */
  fit: function () {
    const map = this.map;
    map.invalidateSize({ animate: false });
    const size = map.getSize();
    if (size.x < 60 || size.y < 60) { return; }
    this.settle();
    const best = this.clearest(this.furniture(), size) || this.aside(0, 0, 0);
    if (!map.getCenter().equals(best.center) || map.getZoom() !== best.zoom) {
      map.setView(best.center, best.zoom, { animate: false });
    }
  },

  /* Fit again, until somebody moves the map. */
  refit: function () {
    if (this.untouched && this.selected === null) { this.fit(); } else { this.settle(); }
  },

  /* The nearest view that keeps clear of the boxes, by margins at the left, above and below. */
  clearest: function (boxes, size) {
    const self = this, wide = this.reach(boxes, "right", size.x), tall = this.reach(boxes, "top", size.y);
    const roof = this.reach(boxes, "bottom", size.y);
    let clear = null;
    [0, 0.5, 1].forEach(function (down) {
      [0, 0.25, 0.5, 0.75, 1].forEach(function (across) {
        [0, 0.25, 0.5, 0.75, 1].forEach(function (up) {
          const view = self.aside(across * wide, down * roof, up * tall);
          if ((!clear || view.zoom > clear.zoom) && !self.covered(view, boxes)) { clear = view; }
        });
      });
    });
    return clear;
  },

  /* How far the boxes reach into the map from one side, of those that leave a third of it. */
  reach: function (boxes, side, length) {
    return boxes.reduce(function (most, box) {
      const far = side === "top" ? length - box.top : box[side];
      return far <= length * 2 / 3 ? Math.max(most, far) : most;
    }, 0);
  },

  /* Center and zoom that show the city beside so much of the left, the top and the bottom. */
  aside: function (left, top, bottom) {
    const map = this.map, bounds = L.latLngBounds(this.data.bounds);
    const zoom = map.getBoundsZoom(bounds, false, L.point(left + 24, top + bottom + 24));
    const middle = map.project(bounds.getSouthWest(), zoom)
      .add(map.project(bounds.getNorthEast(), zoom)).divideBy(2);
    const shift = L.point(-left, bottom - top).divideBy(2);
    return { center: map.unproject(middle.add(shift), zoom), zoom: zoom };
  },

  /* Whether a point of the city's borders would lie under one of the boxes. */
  covered: function (view, boxes) {
    const map = this.map, outline = this.main.outline, scale = map.options.crs.scale(view.zoom);
    const origin = map.project(view.center, view.zoom).subtract(map.getSize().divideBy(2));
    for (let i = 0; i < outline.length; i += 2) {
      const x = outline[i] * scale - origin.x, y = outline[i + 1] * scale - origin.y;
      if (boxes.some(function (box) {
        return x > box.left && x < box.right && y > box.top && y < box.bottom;
      })) { return true; }
    }
    return false;
  },

  /* What lies over the maps, in pixels of the map, with some air around it. */
  furniture: function () {
    const over = this.boxes("#hs-legend, .folium-map .hs-time, .folium-map .leaflet-control-zoom, " + BUTTONS, this.map);
    return this.comparing() && this.beside
      ? over.concat(this.boxes(".hs-beside-choice, .hs-beside-map .hs-time", this.beside.map)) : over;
  },

  boxes: function (selector, map) {
    const frame = map.getContainer().getBoundingClientRect(), found = [];
    this.each(selector, function (node) {
      const box = node.getBoundingClientRect();
      if (!box.width || !meet(box, frame)) { return; }
      found.push({
        left: box.left - frame.left - AIR, right: box.right - frame.left + AIR,
        top: box.top - frame.top - AIR, bottom: box.bottom - frame.top + AIR
      });
    });
    return found;
  },

  /* The slider stands beside the buttons, or under them where they leave it no room. */
  settle: function () {
    const box = this.time.box, frame = this.map.getContainer().getBoundingClientRect();
    box.style.top = box.style.bottom = "";
    const here = box.getBoundingClientRect(), right = here.right + AIR;
    const at = { left: here.left, right: right, top: here.top, bottom: here.bottom };
    let low = 0, met = false;
    this.each(BUTTONS, function (button) {
      const one = button.getBoundingClientRect();
      met = met || meet(one, at);
      if (one.left < at.right && one.right > at.left) { low = Math.max(low, one.bottom); }
    });
    if (met) {
      box.style.top = low - frame.top + 10 + "px";
      box.style.bottom = "auto";
    }
  },

  /* Move the map no further than it takes to see the polygon beside legend and panel. */
  reveal: function (place) {
    const map = this.map, size = map.getSize(), panel = document.getElementById("hs-panel");
    const covers = this.comparing() || panel.offsetWidth >= size.x ? 0 : panel.offsetWidth;
    const legend = document.getElementById("hs-legend").offsetWidth;
    const left = covers && legend + covers < size.x - 160 ? legend + 20 : 20;
    const top = this.reach(this.furniture(), "bottom", size.y);
    map.panInside(this.shapes.polygons[place].getBounds().getCenter(), {
      paddingTopLeft: [left, top + 20], paddingBottomRight: [covers + 40, 40], animate: false
    });
  }
};

function meet(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
