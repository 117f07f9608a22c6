/* The briefing: draws the page's data on the map that folium made. Text from the data is only
   ever set as text. */
(function () {
  "use strict";

  var STEP = 1e-5;
  var LIT = "#0b57d0";
  var MANY = 2500; /* areas that a canvas draws faster than SVG, without the hatching */

  function undelta(flat) {
    var x = 0, y = 0, points = [];
    for (var i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([y * STEP, x * STEP]);
    }
    return points;
  }

  function make(tag, parts, options) {
    var node = document.createElement(tag);
    Object.assign(node, options || {});
    (parts || []).forEach(function (part) {
      if (part === null || part === undefined || part === "") { return; }
      node.append(part);
    });
    return node;
  }

  function shape(tag, attributes, words) {
    var node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    if (words !== undefined) { node.textContent = words; }
    return node;
  }

  /* One canvas under or over the areas, redrawn when the map comes to rest. */
  var Sheet = L.Layer.extend({
    initialize: function (draw, pane) {
      this._draw = draw;
      this.options = { pane: pane };
    },
    onAdd: function (map) {
      var canvas = this._canvas = document.createElement("canvas");
      canvas.className = "leaflet-zoom-animated hs-sheet";
      this.getPane().appendChild(canvas);
      map.on("moveend resize", this._reset, this);
      map.on("zoomanim", this._zoom, this);
      this._reset();
    },
    onRemove: function (map) {
      this._canvas.remove();
      map.off("moveend resize", this._reset, this);
      map.off("zoomanim", this._zoom, this);
    },
    redraw: function () { if (this._map) { this._reset(); } },
    _reset: function () {
      var map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
      var canvas = this._canvas, corner = map.containerPointToLayerPoint([0, 0]);
      L.DomUtil.setPosition(canvas, corner);
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      var context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      var scale = map.options.crs.scale(map.getZoom());
      var origin = map.getPixelOrigin().add(corner);
      this._draw(context, scale, origin, size, map.getZoom());
    },
    _zoom: function (event) {
      var map = this._map, scale = map.getZoomScale(event.zoom);
      var offset = map._getCenterOffset(event.center)._multiplyBy(-scale)
        .subtract(map._getMapPanePos());
      L.DomUtil.setTransform(this._canvas, offset, scale);
    }
  });

  function mercator(flat) {
    var x = 0, y = 0, out = new Float64Array(flat.length);
    for (var i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      var sine = Math.sin(y * STEP * Math.PI / 180);
      out[i] = x * STEP / 360 + 0.5;
      out[i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    }
    return out;
  }

  function dots(flat, colour, mark) {
    var points = null;
    return function (context, scale, origin, size, zoom) {
      points = points || mercator(flat);
      var radius = mark ? Math.max(3, zoom - 8) : Math.max(1.1, (zoom - 9) * 0.75);
      context.fillStyle = colour;
      context.strokeStyle = "#fff";
      context.globalAlpha = mark ? 0.95 : 0.55;
      for (var i = 0; i < points.length; i += 2) {
        var x = points[i] * scale - origin.x, y = points[i + 1] * scale - origin.y;
        if (x < -9 || y < -9 || x > size.x + 9 || y > size.y + 9) { continue; }
        context.beginPath();
        drawMark(context, mark, x, y, radius);
        context.fill();
        if (mark) { context.stroke(); }
      }
    };
  }

  function drawMark(context, mark, x, y, r) {
    if (mark === "square") {
      context.rect(x - r, y - r, 2 * r, 2 * r);
    } else if (mark === "triangle") {
      context.moveTo(x, y - r * 1.2);
      context.lineTo(x + r * 1.15, y + r);
      context.lineTo(x - r * 1.15, y + r);
      context.closePath();
    } else if (mark === "diamond") {
      context.moveTo(x, y - r * 1.3);
      context.lineTo(x + r * 1.3, y);
      context.lineTo(x, y + r * 1.3);
      context.lineTo(x - r * 1.3, y);
      context.closePath();
    } else {
      context.arc(x, y, r, 0, 6.3);
    }
  }

  function lines(all) {
    var drawn = null;
    return function (context, scale, origin, size, zoom) {
      drawn = drawn || all.map(mercator);
      context.strokeStyle = "#5f5a4c";
      context.globalAlpha = Math.min(0.4, Math.max(0.08, (zoom - 10) * 0.08));
      context.lineWidth = zoom < 13 ? 0.5 : 0.9;
      context.beginPath();
      drawn.forEach(function (line) {
        context.moveTo(line[0] * scale - origin.x, line[1] * scale - origin.y);
        for (var i = 2; i < line.length; i += 2) {
          context.lineTo(line[i] * scale - origin.x, line[i + 1] * scale - origin.y);
        }
      });
      context.stroke();
    };
  }

  function Briefing(map, data) {
    this.map = map;
    this.data = data;
    this.category = data.headline;
    this.patterns = {};
    this.themes = {};
    data.themes.forEach(function (theme) { this.themes[theme.key] = theme; }, this);
    this.theme = this.themes[data.start] || null;
    this.selected = null;
    this.panes();
    this.areas();
    this.overlays();
    this.controls();
    this.fit();
    this.show();
  }

  Briefing.prototype = {
    panes: function () {
      var map = this.map;
      [["hs-units", 395], ["hs-polygons", 400], ["hs-streets", 410], ["hs-dots", 430],
        ["hs-numbers", 620]].forEach(function (pane) {
        map.createPane(pane[0]).style.zIndex = pane[1];
      });
      map.getPane("hs-dots").style.pointerEvents = "none";
      map.getPane("hs-streets").style.pointerEvents = "none";
      map.getPane("hs-numbers").style.pointerEvents = "none";
      L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    },

    areas: function () {
      var self = this;
      this.shapes = {};
      ["units", "polygons"].forEach(function (level) {
        var rings = level === "units" ? self.data.unitAreas : self.data.areas.polygons;
        if (!rings) { return; }
        var many = rings.length > MANY;
        var renderer = (many ? L.canvas : L.svg)({ padding: 0.4, pane: "hs-" + level });
        self.shapes[level] = rings.map(function (one, place) {
          var path = L.polygon(one.map(undelta), {
            renderer: renderer, pane: "hs-" + level, weight: 0.7, smoothFactor: 0.5
          });
          path.bindTooltip(function () { return self.tip(level, place); },
            { sticky: true, className: "hs-tip", direction: "auto" });
          path.on("click", function () { self.open(self.polygonOf(level, place)); });
          path.on("mouseover", function () { self.light(self.polygonOf(level, place), true); });
          path.on("mouseout", function () { self.light(self.polygonOf(level, place), false); });
          path.hsPlace = place;
          return path;
        });
        if (level === "polygons") { L.layerGroup(self.shapes[level]).addTo(self.map); }
        self[level + "Group"] = L.layerGroup(self.shapes[level]);
        self[level + "Renderer"] = renderer;
      });
      this.numbers = L.layerGroup();
    },

    polygonOf: function (level, place) {
      return level === "polygons" ? place : this.data.unitPolygon[place];
    },

    overlays: function () {
      var self = this;
      this.sheets = {};
      if (this.data.streets) {
        this.sheets.streets = new Sheet(lines(this.data.streets), "hs-streets");
      }
      (this.data.points || []).forEach(function (group) {
        self.sheets["points/" + group.category] = new Sheet(dots(group.xy, group.colour, ""), "hs-dots");
      });
      (this.data.services || []).forEach(function (group) {
        self.sheets["services/" + group.kind] = new Sheet(dots(group.xy, group.colour, group.mark), "hs-dots");
      });
    },

    controls: function () {
      var self = this, select = document.getElementById("hs-category");
      if (select) {
        select.value = this.category;
        select.addEventListener("change", function () { self.choose(select.value); });
      }
      this.each("input[name=hs-theme]", function (input) {
        input.addEventListener("change", function () {
          self.theme = self.themes[input.value];
          self.show();
        });
      });
      this.each("input[name=hs-overlay]", function (input) {
        input.addEventListener("change", function () { self.show(); });
      });
      this.each(".hs-row", function (row) {
        var place = Number(row.dataset.place);
        row.addEventListener("click", function () { self.open(place, true); });
        ["mouseenter", "focus"].forEach(function (name) {
          row.addEventListener(name, function () { self.light(place, true); });
        });
        ["mouseleave", "blur"].forEach(function (name) {
          row.addEventListener(name, function () { self.light(place, false); });
        });
      });
      document.addEventListener("keydown", function (event) {
        if (event.key === "Escape") { self.close(); }
      });
      window.addEventListener("beforeprint", function () { self.print(true); });
      window.addEventListener("afterprint", function () { self.print(false); });
      window.matchMedia("print").addEventListener("change", function (event) {
        self.print(event.matches);
      });
      this.map.on("zoomend", function () { self.number(); });
      this.follow();
    },

    /* A frame may open hidden or change its size: fit again, until somebody moves the map. */
    follow: function () {
      var self = this, box = this.map.getContainer(), untouched = true;
      ["pointerdown", "wheel", "keydown"].forEach(function (name) {
        box.addEventListener(name, function () { untouched = false; }, { passive: true });
      });
      new ResizeObserver(function () {
        if (untouched && self.selected === null) { self.fit(); } else { self.map.invalidateSize(); }
        self.number();
      }).observe(box);
    },

    each: function (selector, act) { document.querySelectorAll(selector).forEach(act); },

    /* The whole city, moved aside by no more than it takes to keep it clear of the legend. */
    fit: function () {
      var self = this, map = this.map, legend = document.getElementById("hs-legend");
      map.invalidateSize({ animate: false });
      if (map.getSize().x < 60 || map.getSize().y < 60) { return; }
      var over = getComputedStyle(legend).gridArea.indexOf("map") === 0;
      var beside = over && map.getSize().x > 2 * legend.offsetWidth ? legend.offsetWidth + 16 : 0;
      [0, 0.33, 0.66, 1].some(function (share) {
        map.fitBounds(self.data.bounds, {
          paddingTopLeft: [12 + share * beside, 12], paddingBottomRight: [12, 12], animate: false
        });
        return !beside || !self.covered(legend);
      });
    },

    covered: function (legend) {
      var map = this.map, box = legend.getBoundingClientRect();
      var frame = map.getContainer().getBoundingClientRect();
      return this.shapes.polygons.some(function (path) {
        return path.getLatLngs().some(function (ring) {
          return ring.some(function (where) {
            var at = map.latLngToContainerPoint(where);
            return at.x + frame.left < box.right + 8 && at.y + frame.top > box.top - 8;
          });
        });
      });
    },

    /* Paper has a layout of its own, which must stand before the map is measured. */
    print: function (on) {
      document.body.classList.toggle("hs-printing", on);
      var told = [...document.querySelectorAll(".hs-key:not([hidden]) details p")];
      document.getElementById("hs-method").textContent = told.map(function (one) {
        return one.textContent;
      }).join(" ");
      this.fit();
      this.number();
    },

    choose: function (category) {
      this.category = category;
      if (this.theme && this.theme.category) {
        this.theme = this.themes[this.theme.kind + "/" + category] || this.themes["focus/" + category];
      }
      this.show();
      if (this.selected !== null) { this.open(this.selected); }
    },

    overlayOn: function (name) {
      var input = document.querySelector("input[name=hs-overlay][value='" + CSS.escape(name) + "']");
      return Boolean(input && input.checked);
    },

    toggle: function (layer, on) {
      if (!layer) { return; }
      if (on && !this.map.hasLayer(layer)) { this.map.addLayer(layer); }
      if (!on && this.map.hasLayer(layer)) { this.map.removeLayer(layer); }
    },

    show: function () {
      var self = this, theme = this.theme, category = this.category;
      this.each("label[data-kind]", function (label) {
        var other = label.dataset.category;
        label.hidden = Boolean(other) && other !== category;
        label.firstChild.checked = Boolean(theme) && label.firstChild.value === theme.key;
      });
      Object.keys(this.sheets).forEach(function (name) {
        var on = name.indexOf("points/") === 0
          ? self.overlayOn("incidents") && name === "points/" + category
          : self.overlayOn(name);
        self.toggle(self.sheets[name], on);
      });
      this.each(".hs-key", function (key) {
        var name = key.dataset.layer;
        key.hidden = !(theme && theme.key === name) && !self.overlayOn(name);
      });
      this.each(".hs-key li[data-category]", function (line) {
        line.hidden = line.dataset.category !== category;
      });
      var onUnits = this.onUnits();
      this.toggle(this.unitsGroup, onUnits || this.overlayOn("units"));
      this.paint("units", onUnits ? theme : null);
      this.paint("polygons", onUnits ? null : theme);
      this.number();
      this.tell();
    },

    onUnits: function () { return Boolean(this.theme) && this.theme.level === "units"; },

    paint: function (level, theme) {
      var self = this, outlines = this.overlayOn("outlines") && this.data.high[this.category];
      (this.shapes[level] || []).forEach(function (path, place) {
        var style = theme ? theme.styles[theme.codes[place]] : null;
        var high = level === "polygons" && outlines && outlines[place];
        var focus = theme && theme.kind === "focus";
        path.hsStyle = {
          fill: Boolean(style) || (level === "polygons" && !self.onUnits()),
          fillColor: style ? self.fill(level, style) : "#ffffff",
          fillOpacity: style ? 0.86 : 0,
          color: style ? style[1] : (level === "units" ? "#8d8777" : "#4a463d"),
          weight: style ? style[2] : (level === "units" ? 0.6 : 1.1),
          dashArray: style && style[3] ? style[3] : null
        };
        if (high && !focus) {
          path.hsStyle.color = "#3d0008";
          path.hsStyle.weight = 2.4;
          path.hsStyle.dashArray = null;
        }
        path.hsHigh = high || (style && style[2] > 1.1);
        path.setStyle(path.hsStyle);
        if (path.hsHigh && path._map) { path.bringToFront(); }
      });
      if (level === "polygons" && this.selected !== null) { this.light(this.selected, false); }
    },

    fill: function (level, style) {
      if (!style[4]) { return style[0]; }
      var id = "hs-" + level + "-" + style[4] + style[0].slice(1);
      var root = this[level + "Renderer"]._container;
      if (!root || root.tagName.toLowerCase() !== "svg") { return style[0]; }
      if (!root.querySelector("#" + id)) {
        var pattern = shape("pattern", { id: id, width: 7, height: 7, patternUnits: "userSpaceOnUse" });
        pattern.append(shape("rect", { width: 7, height: 7, fill: style[0] }));
        pattern.append(style[4] === "lines"
          ? shape("path", { d: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6", stroke: style[1], "stroke-width": 0.8, opacity: 0.6 })
          : shape("circle", { cx: 3.5, cy: 3.5, r: 0.9, fill: style[1], opacity: 0.6 }));
        var defs = root.querySelector("defs") || root.insertBefore(shape("defs", {}), root.firstChild);
        defs.append(pattern);
      }
      return "url(#" + id + ")";
    },

    number: function () {
      var self = this, high = this.data.high[this.category] || [];
      this.numbers.clearLayers();
      this.toggle(this.numbers, this.overlayOn("numbers"));
      if (!this.overlayOn("numbers")) { return; }
      var taken = [];
      this.data.places.map(function (place, at) { return [place.rank, at]; })
        .filter(function (one) { return high[one[1]] && one[0] !== null; })
        .sort(function (a, b) { return a[0] - b[0]; })
        .forEach(function (one) { self.numberOne(one[0], self.data.places[one[1]], taken); });
    },

    /* A number that would lie on a better rank's waits until the map is nearer. */
    numberOne: function (rank, place, taken) {
      var where = [place.at[1] * STEP, place.at[0] * STEP], words = String(Number(rank));
      var at = this.map.latLngToLayerPoint(where), wide = 6 + 8 * words.length, tall = 16;
      var clash = taken.some(function (other) {
        return Math.abs(other.x - at.x) < (other.wide + wide) / 2 && Math.abs(other.y - at.y) < tall - 1;
      });
      if (clash) { return; }
      taken.push({ x: at.x, y: at.y, wide: wide });
      this.numbers.addLayer(new L.Marker(where, {
        pane: "hs-numbers", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "hs-number", html: words, iconSize: [wide, tall] })
      }));
    },

    tell: function () {
      var told = this.data.sentences[this.category], facts = this.data.facts[this.category];
      var high = this.data.high[this.category] || [];
      if (told) {
        document.getElementById("hs-subject").textContent = told[0];
        document.getElementById("hs-sentence").textContent = told[1];
        var warning = document.getElementById("hs-warning");
        warning.textContent = told[2];
        warning.hidden = !told[2];
      }
      this.each(".hs-row", function (row) {
        var place = Number(row.dataset.place);
        row.querySelector(".hs-rank").classList.toggle("hs-high", Boolean(high[place]));
        row.querySelector(".hs-rate b").textContent = facts ? facts.rate[place] : "";
        row.querySelector(".hs-rate span").textContent = facts ? facts.range[place] : "";
      });
    },

    tip: function (level, place) {
      var data = this.data, words = data.words, theme = this.theme;
      var at = this.polygonOf(level, place), polygon = data.places[at], facts = data.facts[this.category];
      var lines = [make("p", [make("b", [polygon ? polygon.name : data.unitNames[place]])])];
      if (level === "units" && theme && theme.level === "units") {
        lines.push(make("p", [data.unitNames[place] + " · " + data.unitResidents[place]]));
      } else if (polygon) {
        lines.push(make("p", [polygon.residents + (polygon.words ? " · " + polygon.words : "")]));
      }
      if (facts && polygon) {
        lines.push(make("p", [data.titles[this.category] + ": " + facts.count[at] + " · " + facts.rate[at] + " " + words.rate_short]));
        lines.push(make("p", [facts.interval[at]], { className: "hs-small" }));
      }
      if (theme && theme.level === level) {
        var label = theme.labels[theme.codes[place]], value = theme.texts[place];
        lines.push(make("p", [theme.title + ": ", make("b", [theme.group === "context" ? value : label]),
          value && theme.group !== "context" ? " (" + value + ")" : ""]));
      }
      if (polygon && polygon.why) { lines.push(make("p", [polygon.why])); }
      if (polygon && data.nearest && data.nearest[at].length) {
        var nearest = data.nearest[at][0];
        lines.push(make("p", [nearest[0] + ": " + nearest[2]]));
      }
      return make("div", lines);
    },

    light: function (place, on) {
      var path = (this.shapes.polygons || [])[place];
      if (path) {
        var lit = on || place === this.selected;
        path.setStyle(lit ? { color: LIT, weight: on ? 4.5 : 3.5, dashArray: null } : path.hsStyle);
        if (lit) { path.bringToFront(); }
      }
      this.each(".hs-row[data-place='" + place + "']", function (row) {
        row.classList.toggle("hs-lit", on);
      });
    },

    open: function (place, move) {
      if (place === undefined || place === null || !this.data.places[place]) { return; }
      var before = this.selected;
      this.selected = place;
      if (before !== null) { this.light(before, false); }
      this.light(place, false);
      this.each(".hs-row", function (row) {
        var mine = Number(row.dataset.place) === place;
        row.setAttribute("aria-current", String(mine));
        if (mine && !move) { row.scrollIntoView({ block: "nearest" }); }
      });
      var panel = document.getElementById("hs-panel");
      panel.replaceChildren(this.portrait(place));
      panel.hidden = false;
      panel.scrollTop = 0;
      document.body.classList.add("hs-open");
      this.reveal(place);
      if (move) { panel.querySelector(".hs-close").focus({ preventScroll: true }); }
    },

    /* Move the map no further than it takes to see the polygon beside legend and panel. */
    reveal: function (place) {
      var map = this.map, size = map.getSize(), panel = document.getElementById("hs-panel");
      var covers = panel.offsetWidth < size.x ? panel.offsetWidth : 0;
      var legend = document.getElementById("hs-legend").offsetWidth;
      var left = covers && legend + covers < size.x - 160 ? legend + 20 : 20;
      map.panInside(this.shapes.polygons[place].getBounds().getCenter(), {
        paddingTopLeft: [left, 60], paddingBottomRight: [covers + 40, 40], animate: false
      });
    },

    close: function () {
      var was = this.selected, row = document.querySelector(".hs-row[data-place='" + was + "']");
      if (was === null) { return; }
      document.getElementById("hs-panel").hidden = true;
      document.body.classList.remove("hs-open");
      this.selected = null;
      this.light(was, false);
      if (row) { row.focus({ preventScroll: true }); }
      this.each(".hs-row", function (row) { row.setAttribute("aria-current", "false"); });
    },

    portrait: function (place) {
      var self = this, data = this.data, words = data.words, polygon = data.places[place];
      var facts = data.facts[this.category], box = document.createDocumentFragment();
      var close = make("button", ["×"], { type: "button", className: "hs-close", title: words.close });
      close.setAttribute("aria-label", words.close);
      close.addEventListener("click", function () { self.close(); });
      box.append(close, make("h2", [polygon.name]));
      box.append(make("p", [polygon.residents + (polygon.words ? " · " + polygon.words : "")]));
      if (polygon.range) { box.append(make("p", [polygon.range], { className: "hs-small" })); }
      if (facts) {
        box.append(make("h3", [data.titles[this.category] + (data.period ? " · " + data.period : "")]));
        box.append(make("p", [make("span", [facts.rate[place]], { className: "hs-big" }), " " + words.rate]));
        box.append(make("p", [facts.count[place] + " · " + facts.interval[place]], { className: "hs-small" }));
        this.chance(box, place);
        this.months(box, facts, place);
        this.hours(box, facts, place);
      }
      this.pairs(box, words.context, (data.conditions || []).map(function (one) {
        var sign = one.worse[place];
        return [one.title, one.values[place], one.median + (sign ? ", " + (sign > 0 ? words.worse : words.better) : ""), sign > 0];
      }));
      this.pairs(box, words.nearest, data.nearest ? data.nearest[place].map(function (one) {
        return [one[0] + (one[1] ? ": " + one[1] : ""), one[2], "", false];
      }) : []);
      this.why(box, place);
      if (data.grants && data.grants.length) {
        box.append(make("h3", [words.allocation]), make("p", [data.grants[place]]));
      }
      return box;
    },

    chance: function (box, place) {
      var theme = this.themes["focus/" + this.category], facts = this.data.facts[this.category];
      if (!theme) { return; }
      box.append(make("h3", [this.data.words.more_than_chance]));
      box.append(make("p", [theme.labels[theme.codes[place]]]));
      (facts.tests || []).forEach(function (test) {
        box.append(make("p", [test.title + ": " + test.said[place]], { className: "hs-small" }));
      });
      if (facts.share && facts.share[place]) {
        box.append(make("p", [facts.share[place]], { className: "hs-small" }));
      }
    },

    months: function (box, facts, place) {
      if (!facts.months || !facts.months.paths[place]) { return; }
      var months = facts.months;
      var chart = shape("svg", { viewBox: "0 -2 300 76", class: "hs-chart", role: "img", "aria-label": months.peaks[place] });
      chart.append(shape("path", { d: months.paths[place], fill: "#7a1526" }));
      chart.append(shape("path", { d: "M0 56.500H300", stroke: "#8d8777", "stroke-width": 1 }));
      months.ticks.forEach(function (tick) {
        chart.append(shape("path", { d: "M" + (tick[0] * 300 + 0.5) + " 57v4", stroke: "#8d8777" }));
        if (tick[0] < 0.9) { chart.append(shape("text", { x: tick[0] * 300 + 3, y: 71 }, tick[1])); }
      });
      box.append(make("h3", [this.data.words.months]), chart,
        make("p", [months.peaks[place]], { className: "hs-small" }));
    },

    hours: function (box, facts, place) {
      var hours = facts.hours, days = this.data.days;
      if (!hours || !hours.shades[place]) { return; }
      var per = 8, chart = shape("svg", { viewBox: "0 0 300 136", class: "hs-chart", role: "img", "aria-label": hours.notes[place] });
      hours.shades[place].split("").forEach(function (shade, at) {
        var day = Math.floor(at / per), block = at % per;
        chart.append(shape("rect", {
          x: 34 + block * 33, y: day * 16, width: 32, height: 15, fill: "#7a1526",
          "fill-opacity": Number(shade) ? 0.08 + Number(shade) / 10 : 0, stroke: "#d8d3c7", "stroke-width": 0.6
        }));
      });
      days.forEach(function (day, at) { chart.append(shape("text", { x: 0, y: at * 16 + 12 }, day)); });
      [0, 6, 12, 18, 24].forEach(function (hour) {
        chart.append(shape("text", { x: 34 + hour / 3 * 33, y: 128, "text-anchor": hour === 24 ? "end" : (hour ? "middle" : "start") }, String(hour)));
      });
      box.append(make("h3", [this.data.words.hours]), chart,
        make("p", [hours.notes[place]], { className: "hs-small" }));
    },

    pairs: function (box, title, rows) {
      if (!rows.length) { return; }
      var list = make("dl");
      rows.forEach(function (row) {
        list.append(make("dt", [row[0]]), make("dd", [make("b", [row[1]], { className: row[3] ? "hs-worse" : "" }), row[2] ? make("small", [row[2]]) : ""]));
      });
      box.append(make("h3", [title]), list);
    },

    why: function (box, place) {
      var data = this.data, parts = data.places[place].parts;
      if (!parts) { return; }
      var bar = make("span", [], { className: "hs-bar" });
      var rows = parts.map(function (part, at) {
        var piece = make("i");
        piece.style.width = (100 * part) + "%";
        piece.style.background = data.parts[at].colour;
        bar.append(piece);
        return [data.parts[at].title, data.places[place].partWords[at], "", false];
      });
      this.pairs(box, data.words.why, rows);
      box.append(bar);
    }
  };

  window.hotspotsBriefing = function (map) {
    var data = JSON.parse(document.getElementById("hs-data").textContent);
    window.hotspots = new Briefing(map, data);
  };
})();
