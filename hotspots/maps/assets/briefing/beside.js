/* A second map at the side of the first: another theme or another time, the same view. */
const BESIDE = {
  comparing: function () { return !document.getElementById("hs-beside").hidden; },

  compare: function (on, key) {
    if (on === this.comparing()) { return; }
    document.body.classList.toggle("hs-comparing", on);
    document.getElementById("hs-beside").hidden = !on;
    document.getElementById("hs-compare").setAttribute("aria-pressed", String(on));
    this.main.map.invalidateSize({ animate: false });
    if (on && !this.beside) { this.openBeside(); }
    if (on) {
      this.beside.map.invalidateSize({ animate: false });
      document.getElementById("hs-beside-theme").value = key || this.besideDefault();
      this.showBeside();
    }
    this.fit();
  },

  /* Before and after where the first map has a slider, and what lies under it otherwise. */
  besideDefault: function () {
    const theme = this.main.theme;
    const context = this.data.themes.find(function (one) { return one.group === "context"; });
    return (theme && theme.frames ? theme : context || theme || { key: "" }).key;
  },

  openBeside: function () {
    const self = this, first = this.main.map, box = document.getElementById("hs-beside-map");
    const map = L.map(box, {
      zoomSnap: first.options.zoomSnap, attributionControl: false, zoomControl: false
    });
    map.setView(first.getCenter(), first.getZoom(), { animate: false });
    this.beside = new View(this, map);
    this.besideTime = new Timeline(this.beside, function () { self.besideLegend(); });
    this.link(first, map);
    this.link(map, first);
    document.getElementById("hs-beside-theme").addEventListener("change", function () {
      self.showBeside();
      self.refit();
    });
    map.on("zoomend", function () { self.beside.number(); });
    new ResizeObserver(function () { map.invalidateSize({ animate: false }); }).observe(box);
  },

  link: function (from, to) {
    const self = this;
    from.on("move zoomend", function () {
      if (self.moving || !self.comparing()) { return; }
      self.moving = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      self.moving = false;
    });
  },

  showBeside: function () {
    if (!this.beside || !this.comparing()) { return; }
    const theme = this.themes[document.getElementById("hs-beside-theme").value] || null;
    this.beside.choose(theme, theme === this.beside.theme ? this.beside.frame : this.besideFrame(theme));
    this.besideTime.show();
    this.besideLegend();
  },

  /* Two of the same theme begin as before and after. */
  besideFrame: function (theme) {
    return theme && theme.frames && theme === this.main.theme && this.main.frame > 0 ? 0 : undefined;
  },

  besideLegend: function () {
    const box = document.getElementById("hs-beside-legend"), theme = this.beside.theme;
    box.replaceChildren();
    this.each("#hs-legend > .hs-key", function (key) {
      if (!theme || key.dataset.layer !== theme.key) { return; }
      const copy = key.cloneNode(true);
      copy.hidden = false;
      box.append(copy);
    });
    this.tally(this.beside, box);
  }
};
