"""Words for Mexican streets and colonias; the people are composed, the dates are real."""

from __future__ import annotations

from _cities.plan import Words

_TEXT = {
    "árboles": "Abedul,Acacia,Ahuehuete,Álamo,Almendro,Arce,Bambú,Canelo,Caoba,Capulín,Castaño,"
    "Cedro,Ceiba,Cerezo,Ciprés,Ciruelo,Duraznero,Encino,Eucalipto,Fresno,Granado,Guamúchil,"
    "Guayabo,Higuera,Huizache,Jacaranda,Laurel,Limonero,Mango,Manzano,Membrillo,Mezquite,Mimbre,"
    "Moral,Naranjo,Nogal,Nopal,Ocote,Olivo,Olmo,Palma,Palo Verde,Pino,Pirul,Roble,Sabino,Sauce,"
    "Tabachín,Tamarindo,Tepozán,Yuca,Zapote",
    "flores": "Amapola,Azahar,Azalea,Azucena,Begonia,Bugambilia,Camelia,Cempasúchil,Clavel,"
    "Crisantemo,Dalia,Flor de Lis,Flor de Mayo,Gardenia,Geranio,Girasol,Gladiola,Heliotropo,"
    "Hortensia,Jazmín,Lavanda,Lila,Lirio,Magnolia,Malva,Margarita,Mirasol,Narciso,Nochebuena,"
    "Nube,Orquídea,Pasiflora,Pensamiento,Petunia,Rosal,Tulipán,Verbena,Violeta,Zinnia",
    "piedras": "Ágata,Alabastro,Amatista,Ámbar,Azabache,Basalto,Berilo,Cantera,Cobalto,Coral,"
    "Cristal,Cuarzo,Diamante,Esmeralda,Feldespato,Fluorita,Galena,Granito,Jade,Jaspe,Lapislázuli,"
    "Malaquita,Mármol,Mercurio,Obsidiana,Ónix,Ópalo,Oro,Perla,Pirita,Pizarra,Plata,Platino,"
    "Pórfido,Rubí,Topacio,Turmalina,Turquesa,Yeso,Zafiro,Zinc",
    "aves": "Águila,Albatros,Alondra,Avestruz,Búho,Calandria,Canario,Cardenal,Cenzontle,Cigüeña,"
    "Cisne,Codorniz,Colibrí,Cóndor,Correcaminos,Faisán,Flamenco,Gaviota,Garza,Gavilán,Golondrina,"
    "Gorrión,Grulla,Guacamaya,Halcón,Jilguero,Lechuza,Mirlo,Paloma,Pavo Real,Pelícano,Perdiz,"
    "Petirrojo,Quetzal,Ruiseñor,Tórtola,Tucán,Turpial,Urraca,Zorzal",
    "estados": "Aguascalientes,Baja California,Campeche,Chiapas,Chihuahua,Coahuila,Colima,Durango,"
    "Guanajuato,Guerrero,Hidalgo,Jalisco,Michoacán,Morelos,Nayarit,Nuevo León,Oaxaca,Puebla,"
    "Querétaro,Quintana Roo,San Luis Potosí,Sinaloa,Sonora,Tabasco,Tamaulipas,Tlaxcala,Veracruz,"
    "Yucatán,Zacatecas,Estado de México,Distrito Federal,Baja California Sur",
    "ciudades": "Acapulco,Apatzingán,Atlixco,Autlán,Camargo,Cananea,Celaya,Cholula,Comala,Córdoba,"
    "Creel,Cuauhtémoc,Cuautla,Cuernavaca,Culiacán,Delicias,Dolores Hidalgo,Ensenada,Fresnillo,"
    "Guaymas,Hermosillo,Huamantla,Iguala,Irapuato,Jalapa,Jerez,Jiménez,Lagos de Moreno,Linares,"
    "Manzanillo,Matamoros,Mazatlán,Mérida,Monclova,Morelia,Nogales,Ojinaga,Orizaba,Pachuca,"
    "Papantla,Parral,Pátzcuaro,Salamanca,Saltillo,Sayula,Silao,Tampico,Tapachula,Taxco,Tecate,"
    "Tepic,Tequila,Toluca,Torreón,Tulancingo,Tuxpan,Uruapan,Valladolid,Zamora,Zitácuaro",
    "héroes": "Aldama,Allende,Aquiles Serdán,Belisario Domínguez,Benito Juárez,Emiliano Zapata,"
    "Felipe Ángeles,Francisco I. Madero,Galeana,Gómez Farías,Guadalupe Victoria,Guerrero,Hidalgo,"
    "Ignacio Mariscal,Ignacio Ramírez,Jesús García,Josefa Ortiz,Juan Escutia,La Corregidora,"
    "Leona Vicario,Lerdo,Mariano Abasolo,Mariano Escobedo,Melchor Ocampo,Mina,Morelos,Narciso "
    "Mendoza,Nicolás Bravo,Niños Héroes,Otilio Montaño,Pascual Orozco,Pedro Moreno,Pípila,"
    "Ponciano Arriaga,Rayón,Ramón Corona,Santos Degollado,Venustiano Carranza,Vicente Guerrero,"
    "Xicoténcatl,Zaragoza,Abraham González,Toribio Ortega,Mariscal,Noche Triste,La Paz,Degollado,"
    "Ugarte,Altamirano",
    "fechas": "5 de Mayo,16 de Septiembre,20 de Noviembre,5 de Febrero,21 de Marzo,24 de Febrero,"
    "10 de Mayo,1 de Mayo,2 de Abril,18 de Marzo,12 de Octubre,15 de Mayo,8 de Julio,6 de Enero,"
    "13 de Septiembre,22 de Diciembre,30 de Abril,3 de Mayo,24 de Octubre,27 de Septiembre,"
    "19 de Junio,28 de Agosto,1 de Septiembre,2 de Noviembre",
    "ríos": "Río Amazonas,Río Balsas,Río Bravo,Río Casas Grandes,Río Conchos,Río Danubio,Río "
    "Florido,Río Fuerte,Río Grijalva,Río Hondo,Río Lerma,Río Mayo,Río Misisipi,Río Moctezuma,Río "
    "Nazas,Río Nilo,Río Pánuco,Río Papaloapan,Río Piedras,Río San Juan,Río San Pedro,Río "
    "Santiago,Río Sena,Río Suchiate,Río Támesis,Río Tíber,Río Usumacinta,Río Verde,Río Volga,Río "
    "Yaqui,Río Tajo,Río Ebro,Río Rin,Río Papigochi,Río Candelaria",
    "montes": "Cerro Azul,Cerro Bola,Cerro de la Campana,Cerro de la Silla,Cerro Gordo,Cerro del "
    "Mercado,Cerro Prieto,Cofre de Perote,Iztaccíhuatl,La Malinche,Monte Albán,Monte Blanco,Monte "
    "Cáucaso,Monte Everest,Nevado de Toluca,Paricutín,Pico de Orizaba,Popocatépetl,Sierra de "
    "Juárez,Sierra del Nido,Sierra Gorda,Sierra Madre,Sierra Mojada,Sierra Nevada,Sierra "
    "Tarahumara,Sierra Candelaria,Sierra Leona,Volcán de Colima,Volcán Tacaná,Barranca del Cobre",
    "naciones": "Alemania,Argentina,Australia,Austria,Bélgica,Bolivia,Brasil,Bulgaria,Canadá,"
    "Checoslovaquia,Chile,Colombia,Costa Rica,Cuba,Dinamarca,Ecuador,Egipto,El Salvador,España,"
    "Filipinas,Finlandia,Francia,Grecia,Guatemala,Honduras,Hungría,Irlanda,Islandia,Italia,Japón,"
    "Líbano,Nicaragua,Noruega,Panamá,Paraguay,Perú,Polonia,Portugal,Suecia,Suiza,Turquía,Uruguay",
    "astros": "Acuario,Alfa Centauri,Andrómeda,Antares,Aries,Cáncer,Capricornio,Casiopea,Cometa "
    "Halley,Constelación,Cruz del Sur,Escorpión,Estrella Polar,Géminis,Hércules,Júpiter,Leo,"
    "Libra,Luna,Marte,Neptuno,Nebulosa,Orión,Osa Mayor,Osa Menor,Pegaso,Perseo,Piscis,Plutón,"
    "Sagitario,Saturno,Sirio,Sol,Tauro,Urano,Venus,Vía Láctea,Virgo",
    "oficios": "Albañiles,Alfareros,Artesanos,Cantereros,Carpinteros,Carteros,Choferes,"
    "Constructores,Ebanistas,Electricistas,Enfermeras,Ferrocarrileros,Fundidores,Herreros,"
    "Hilanderos,Impresores,Joyeros,Labradores,Maestros,Mecánicos,Mineros,Obreros,Panaderos,"
    "Periodistas,Pescadores,Pintores,Plateros,Relojeros,Sastres,Soldadores,Talabarteros,"
    "Tejedores,Telegrafistas,Torneros,Vaqueros,Zapateros",
    "antiguos": "Ahuízotl,Anáhuac,Azcapotzalco,Axayácatl,Cacama,Chapultepec,Chichimecas,Chimalpopoca,"
    "Coatlicue,Cuauhtémoc,Cuitláhuac,Huitzilopochtli,Itzcóatl,Ixtlilxóchitl,Kukulcán,Mayas,Mexicas,"
    "Mixtecos,Moctezuma,Nahuas,Nezahualcóyotl,Olmecas,Otomíes,Paquimé,Purépechas,Quetzalcóatl,"
    "Rarámuris,Tarascos,Tenochtitlan,Teotihuacan,Tepehuanes,Tezcatlipoca,Tizoc,Tláloc,Tlatelolco,"
    "Toltecas,Tonatiuh,Totonacas,Tzotziles,Xochimilco,Yaquis,Zapotecos",
    "santos": "San Agustín,San Ángel,San Antonio,San Carlos,San Cristóbal,San Felipe,San Fernando,"
    "San Francisco,San Gabriel,San Gerardo,San Ignacio,San Isidro,San Javier,San Jerónimo,San "
    "Joaquín,San Jorge,San José,San Juan Bosco,San Judas,San Lorenzo,San Lucas,San Marcos,San "
    "Martín,San Mateo,San Miguel,San Nicolás,San Pablo,San Patricio,San Pedro,San Rafael,San Ramón,"
    "San Vicente,Santa Ana,Santa Bárbara,Santa Cecilia,Santa Clara,Santa Elena,Santa Fe,Santa "
    "Inés,Santa Isabel,Santa Lucía,Santa María,Santa Mónica,Santa Rita,Santa Rosa,Santa Teresa,"
    "Santo Domingo,Santo Tomás",
    "haciendas": "Hacienda de Aldama,Hacienda de la Noria,Hacienda del Carmen,Hacienda del Rosal,"
    "Hacienda de Encinillas,Hacienda Los Ángeles,Hacienda San Diego,Hacienda Santa Eulalia,"
    "Rancho Agua Caliente,Rancho Anapra,Rancho Becerra,Rancho Bonito,Rancho El Becerro,Rancho El "
    "Consuelo,Rancho La Gloria,Rancho La Herradura,Rancho Las Ánimas,Rancho Mezteñas,Rancho Nuevo,"
    "Portal del Sol,Portal del Valle,Paseo del Lago,Puerta del Cielo,Valle de Allende,Valle de "
    "Bravo,Valle de Guadalupe,Valle del Cedro,Valle del Fuerte,Valle del Sol,Valle Dorado,Villa "
    "Ahumada,Villa Alegre,Villa Coronado,Villa López,Villa Matamoros,Villa Unión",
    "puertos": "Puerto Ángel,Puerto Arista,Puerto Barrios,Puerto Cabello,Puerto Dunquerque,Puerto "
    "Escondido,Puerto Hamburgo,Puerto Isabel,Puerto La Paz,Puerto Libertad,Puerto Lisboa,Puerto "
    "Madero,Puerto Marqués,Puerto Montt,Puerto Morelos,Puerto Palma,Puerto Peñasco,Puerto Príncipe,"
    "Puerto Progreso,Puerto Real,Puerto Rico,Puerto San Blas,Puerto Tarento,Puerto Tampico,Puerto "
    "Vallarta,Puerto Veracruz,Puerto Villamar,Puerto Yavaros",
}
THEMES: dict[str, tuple[str, ...]] = {
    theme: tuple(dict.fromkeys(text.split(","))) for theme, text in _TEXT.items()
}

TITLES = ("General", "Profesor", "Doctor", "Licenciado", "Ingeniero", "Capitán", "Coronel", "Fray")
GIVEN = (
    "Adolfo,Agustín,Alberto,Alfonso,Ángela,Antonio,Arturo,Beatriz,Bernardo,Carlos,Carmen,Dolores,"
    "Eduardo,Elena,Enrique,Ernesto,Esteban,Fernando,Gabriela,Gilberto,Heriberto,Ignacio,Inocente,"
    "Isidro,Jacinto,Jaime,Jesús,Joaquín,José María,Juana,Julián,Laura,Lázaro,Lorenzo,Luis,Manuel,"
    "Margarita,Mariano,Matías,Miguel,Octavio,Pablo,Pedro,Práxedis,Rafael,Ramón,Ricardo,Rodolfo,"
    "Rosario,Salvador,Santiago,Silvestre,Teófilo,Tomás,Vicente"
).split(",")
FAMILY = (
    "Acosta,Aguirre,Almada,Amaya,Anaya,Arellano,Armendáriz,Baca,Balderrama,Barragán,Borunda,"
    "Bustamante,Caballero,Calderón,Carrasco,Castañeda,Ceniceros,Chavira,Cordero,De la Garza,"
    "Domínguez,Escárcega,Escobar,Espinoza,Fierro,Flores,Fuentes,Galindo,Gallegos,Gándara,Garay,"
    "Gutiérrez,Herrera,Holguín,Huerta,Ibarra,Jáquez,Lara,Limas,Loya,Lozano,Luján,Maldonado,"
    "Márquez,Meléndez,Mendívil,Montes,Muñoz,Nájera,Ochoa,Olivas,Ornelas,Ortega,Palacios,Payán,"
    "Pizarro,Porras,Quevedo,Quiñones,Ramos,Rascón,Revueltas,Robles,Saldaña,Salinas,Sandoval,"
    "Servín,Solís,Talamantes,Terrazas,Treviño,Urías,Valdez,Vallejo,Velarde,Villegas,Yáñez,Zubía,"
    "Zúñiga"
).split(",")

AVENUES = (
    "de la Raza,Lincoln,de los Insurgentes,Valle de Juárez,Teófilo Borunda,Ejército Nacional,"
    "Antonio J. Bermúdez,Vicente Guerrero,Adolfo López Mateos,Hermanos Escobar,Universidad,"
    "Ramón Rivera Lara,Henequén,Santiago Troncoso,Talamás Camandari,Centeno,Montes Urales,"
    "Ramón Rayón,Jilotepec,Durango,Sanders,Libramiento Aeropuerto,Municipio Libre,Barranco Azul,"
    "de los Fundadores,de las Industrias,del Charro,Malecón,Fidel Ávila,Custodia de la República,"
    "División del Norte,Oscar Flores,Rafael Pérez Serna,Heroico Colegio Militar,Campos Elíseos,"
    "Pedro Rosales de León,Paseo de la Victoria,Waterfill,Ponciano Arriaga,Mesa Central,"
    "Norzagaray,de la Sierra,Reforma,Constitución,de los Nogales,Casas Grandes,Panamericana,"
    "Jaime Bermúdez,Morelia,de las Américas,del Desierto,de los Compositores,Soledad,"
    "San Antonio,Neptuno,Aguirre Laredo,Rivereño,Sor Juana Inés de la Cruz,Simona Barba,"
    "Miguel de la Madrid,Cuatro Siglos,Toronja Roja,Yepómera,Zempoala,Refugio de la Libertad"
).split(",")

COLONIA_HEADS = {
    "poor": ("Ampliación {}", "Granjas {}", "{}", "{}", "Lomas de {}", "{} II"),
    "middle": ("{}", "{}", "Unidad {}", "Infonavit {}", "Jardines de {}", "Parajes de {}"),
    "rich": ("Residencial {}", "Campestre {}", "Rincones de {}", "Villas de {}", "Misión {}"),
}
COLONIAS = (
    "Anapra,Felipe Ángeles,Altavista,Bellavista,Chaveña,Barrio Alto,Cuauhtémoc,Obrera,Hidalgo,"
    "Galeana,Independencia,México 68,Zacatecas,Durango,Palo Chino,Plutarco Elías Calles,Azteca,"
    "División del Norte,Morelos,Melchor Ocampo,Insurgentes,Aldama,Benito Juárez,Santa Rosa,"
    "San Antonio,El Granjero,Los Alcaldes,La Cuesta,Las Fuentes,Las Acacias,El Barreal,El Mezquital,"
    "Los Nogales,Los Olivos,Las Palmas,La Fuente,El Campanario,Las Misiones,El Refugio,Salvárcar,"
    "Satélite,Del Valle,Del Carmen,Oasis,Héroes de la Revolución,Tierra Nueva,Riberas del Bravo,"
    "Horizontes,Praderas,Valle Alto,Senecú,San Lorenzo,Margaritas,Nogales,Monumental,Partido Romero,"
    "Ex Hipódromo,Los Lagos,Pradera Dorada,La Joya,Fronteriza,16 de Septiembre,Mariano Escobedo,"
    "Revolución Mexicana,López Mateos,Primero de Septiembre,Diaz Ordaz,Emiliano Zapata,Ladrillera,"
    "Arroyo Colorado,Gregorio M. Solís,Luis Olague,Carlos Chavira,Libertad,Popular,Progreso,"
    "Constitución,La Presa,El Vergel,Kilómetro 20,Puerto La Paz,Finca Bonita,Torres del Sur,"
    "Toribio Ortega,Manuel Valdez,Carlos Castillo,Eréndira,Sarabia,Safari,La Perla,Las Dunas,"
    "Vista Hermosa,Mirador,El Retiro,El Papalote,Los Ojitos,Campo Real,Cerrada del Sol,Portales,"
    "Hacienda de las Torres,Roma,Virreyes,Santa Mónica,San José,San Ángel,San Marcos,Quintas del "
    "Real,Bosques del Sol,Fuentes del Valle,Alamedas,Jarudo,Cafetales,Casas Grandes,Los Arcos,"
    "Paseos de Zaragoza,Lote Bravo,Terranova,Fray García,Nuevo México,Nueva Galeana,Pánfilo Natera"
).split(",")

WORDS = Words(
    themes=THEMES,
    avenues=AVENUES,
    titles=TITLES,
    given=GIVEN,
    family=FAMILY,
    colonias=COLONIAS,
    colonia_heads=COLONIA_HEADS,
    avenue_kinds={"Avenida": 0.6, "Boulevard": 0.15, "Calle": 0.15, "Calzada": 0.1},
    street_kinds={"Calle": 0.9, "Privada": 0.03, "Andador": 0.02, "Avenida": 0.05},
)
