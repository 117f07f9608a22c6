/* One map with its areas, its overlays and the theme that it shows. */
function View(host, map) {
  this.host = host;
  this.map = map;
  this.data = host.data;
  this.theme = null;
  this.frame = 0;
  this.panes();
  this.areas();
  this.sheets = this.overlays();
}

View.prototype = {
  panes: function () {
    const map = this.map;
    [["hs-units", 395], ["hs-polygons", 400], ["hs-streets", 410], ["hs-heat", 420],
      ["hs-dots", 430], ["hs-numbers", 620]].forEach(function (pane) {
      const made = map.createPane(pane[0]);
      made.style.zIndex = pane[1];
      if (pane[1] > 400) { made.style.pointerEvents = "none"; }
    });
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  },

  areas: function () {
    const self = this, host = this.host;
    this.shapes = {};
    ["units", "polygons"].forEach(function (level) {
      const rings = level === "units" ? self.data.unitAreas : self.data.areas.polygons;
      if (!rings) { return; }
      const many = rings.length > MANY;
      const renderer = (many ? L.canvas : L.svg)({ padding: 0.4, pane: "hs-" + level });
      self.shapes[level] = rings.map(function (one, place) {
        const path = L.polygon(one.map(undelta), {
          renderer: renderer, pane: "hs-" + level, weight: 0.7, smoothFactor: many ? 0.8 : 0.5
        });
        path.bindTooltip(function () { return host.tip(self, level, place); },
          { sticky: true, className: "hs-tip", direction: "auto" });
        path.on("tooltipopen", function () { self.hush(path); self.tipped = path; });
        /* The list leads to every polygon by keyboard; a path has no words of its own. */
        path.on("add", function () {
          if (path.getElement()) { path.getElement().setAttribute("tabindex", "-1"); }
        });
        path.on("click", function () { host.open(host.polygonOf(level, place)); });
        path.on("mouseover", function () { host.light(host.polygonOf(level, place), true); });
        path.on("mouseout", function () { host.light(host.polygonOf(level, place), false); });
        return path;
      });
      self[level + "Group"] = L.layerGroup(self.shapes[level]);
    });
    this.outline = sampled(this.data.areas.polygons);
    this.numbers = L.layerGroup();
  },

  overlays: function () {
    const data = this.data, sheets = {}, format = this.host.format;
    if (data.streets) { sheets.streets = new Sheet(lines(data.streets), "hs-streets"); }
    (data.points || []).forEach(function (group) {
      sheets["incidents/" + group.category] = new Sheet(dots(group.xy, group.color, ""), "hs-dots");
      sheets["clusters/" + group.category] = new Sheet(clusters(group.xy, group.color, format), "hs-dots");
      sheets["heat/" + group.category] = new Sheet(heat(group.xy), "hs-heat");
    });
    (data.services || []).forEach(function (group) {
      sheets["services/" + group.kind] = new Sheet(dots(group.xy, group.color, group.mark), "hs-dots");
    });
    return sheets;
  },

  /* Close the tooltip that is open, unless it is this one's: what it says may be of before. */
  hush: function (but) {
    if (this.tipped && this.tipped !== but) { this.tipped.closeTooltip(); this.tipped = null; }
  },

  onUnits: function () { return Boolean(this.theme) && this.theme.level === "units"; },

  category: function () { return (this.theme && this.theme.category) || this.host.category; },

  codes: function () {
    const theme = this.theme;
    return unpack((theme.frames ? theme.frames[this.frame] : theme).codes);
  },

  choose: function (theme, frame) {
    this.theme = theme;
    const last = theme && theme.frames ? theme.frames.length - 1 : 0;
    this.frame = frame === undefined ? last : Math.min(frame, last);
    this.show();
  },

  show: function () {
    const self = this, host = this.host, category = this.category(), onUnits = this.onUnits();
    this.hush(null);
    Object.keys(this.sheets).forEach(function (name) {
      const parts = name.split("/"), byCategory = ["incidents", "clusters", "heat"].includes(parts[0]);
      self.toggle(name, byCategory
        ? host.overlayOn(parts[0]) && parts.slice(1).join("/") === category : host.overlayOn(name));
    });
    this.toggle("polygonsGroup", true);
    this.toggle("unitsGroup", onUnits || host.overlayOn("units"));
    this.paint("units", onUnits ? this.theme : null);
    this.paint("polygons", onUnits ? null : this.theme);
    this.number();
  },

  print: function (on) {
    const self = this;
    Object.keys(this.sheets).forEach(function (name) {
      if (self.map.hasLayer(self.sheets[name])) { self.sheets[name].print(on); }
    });
  },

  toggle: function (name, on) {
    const layer = name in this.sheets ? this.sheets[name] : this[name];
    if (!layer) { return; }
    if (on && !this.map.hasLayer(layer)) { this.map.addLayer(layer); }
    if (!on && this.map.hasLayer(layer)) { this.map.removeLayer(layer); }
  },

  paint: function (level, theme) {
    const self = this, host = this.host, codes = theme ? this.codes() : null;
    const outlines = host.overlayOn("outlines") && this.data.high[this.category()];
    const counted = theme && (theme.kind === "focus" || theme.frames);
    (this.shapes[level] || []).forEach(function (path, place) {
      const style = theme ? theme.styles[codes[place]] : null;
      const high = level === "polygons" && !counted && outlines && outlines[place];
      path.hsStyle = self.style(level, style, high);
      path.setStyle(path.hsStyle);
      if ((high || (style && style[2] > 1.1)) && self.map.hasLayer(path)) { path.bringToFront(); }
    });
    if (level === "polygons" && host.selected !== null) { this.light(host.selected, false); }
  },

  style: function (level, style, high) {
    const units = level === "units";
    return {
      fill: Boolean(style) || (!units && !this.onUnits()),
      fillColor: style ? this.fill(level, style) : "#ffffff",
      fillOpacity: style ? 0.86 : 0,
      color: high ? "#3d0008" : style ? style[1] : (units ? "#8d8777" : "#4a463d"),
      weight: high ? 2.4 : style ? style[2] : (units ? 0.6 : 1.1),
      dashArray: !high && style && style[3] ? style[3] : null
    };
  },

  fill: function (level, style) {
    if (!style[4]) { return style[0]; }
    const root = this.map.getPane("hs-" + level).querySelector("svg");
    const id = "hs-" + level + "-" + style[4] + style[0].slice(1) + (this === this.host.main ? "" : "-beside");
    if (!root) { return style[0]; }
    if (!root.querySelector("#" + id)) {
      const pattern = shape("pattern", { id: id, width: 7, height: 7, patternUnits: "userSpaceOnUse" });
      pattern.append(shape("rect", { width: 7, height: 7, fill: style[0] }));
      pattern.append(style[4] === "lines"
        ? shape("path", { d: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6", stroke: style[1], "stroke-width": 0.8, opacity: 0.6 })
        : shape("circle", { cx: 3.5, cy: 3.5, r: 0.9, fill: style[1], opacity: 0.6 }));
      const defs = root.querySelector("defs") || root.insertBefore(shape("defs", {}), root.firstChild);
      defs.append(pattern);
    }
    return "url(#" + id + ")";
  },

  number: function () {
    const self = this, facts = this.host.factsOf(this), on = this.host.overlayOn("numbers");
    this.numbers.clearLayers();
    this.toggle("numbers", on);
    if (!on) { return; }
    const taken = [], high = (facts && facts.high) || this.data.high[this.category()] || [];
    this.host.numbers().map(function (rank, at) { return [rank, at]; })
      .filter(function (one) { return high[one[1]] && Number.isInteger(one[0]); })
      .sort(function (a, b) { return a[0] - b[0]; })
      .forEach(function (one) { self.numberOne(one[0], self.data.places[one[1]], taken); });
  },

  /* A number that would lie on a better rank's waits until the map is nearer. */
  numberOne: function (rank, place, taken) {
    const where = [place.at[1] * STEP, place.at[0] * STEP], words = String(Number(rank));
    const at = this.map.latLngToLayerPoint(where), wide = 6 + 8 * words.length, tall = 16;
    const clash = taken.some(function (other) {
      return Math.abs(other.x - at.x) < (other.wide + wide) / 2 && Math.abs(other.y - at.y) < tall - 1;
    });
    if (clash) { return; }
    taken.push({ x: at.x, y: at.y, wide: wide });
    this.numbers.addLayer(new L.Marker(where, {
      pane: "hs-numbers", interactive: false, keyboard: false,
      icon: L.divIcon({ className: "hs-number", html: words, iconSize: [wide, tall] })
    }));
  },

  light: function (place, on) {
    const path = this.shapes.polygons[place];
    if (!path) { return; }
    const lit = on || place === this.host.selected;
    path.setStyle(lit ? { color: LIT, weight: on ? 4.5 : 3.5, dashArray: null } : path.hsStyle);
    if (lit) { path.bringToFront(); }
  }
};
