/* The page: its maps, its controls and its words. Text from the data is only ever set as text. */
function Briefing(map, data) {
  const self = this;
  this.map = map;
  this.data = data;
  this.category = data.headline;
  this.selected = null;
  this.beside = null;
  this.themes = {};
  data.themes.forEach(function (theme) { this.themes[theme.key] = theme; }, this);
  this.format = function (n) { return String(n).replace(/\B(?=(\d{3})+$)/g, data.words.thousands); };
  this.main = new View(this, map);
  this.shapes = this.main.shapes;
  this.time = new Timeline(this.main, function () {
    self.tally(self.main, document);
    self.tell();
    if (self.selected !== null) { self.open(self.selected); }
  });
  this.controls();
  this.fit();
  this.turn(this.themes[data.start] || null);
  if (data.beside) { this.compare(true, data.beside); }
}

Briefing.prototype = Object.assign({
  controls: function () {
    const self = this, select = document.getElementById("hs-category");
    if (select) {
      select.value = this.category;
      select.addEventListener("change", function () { self.choose(select.value); });
    }
    this.each("input[name=hs-theme]", function (input) {
      input.addEventListener("change", function () { self.turn(self.themes[input.value]); });
    });
    this.each("input[name=hs-overlay]", function (input) {
      input.addEventListener("change", function () { self.show(); });
    });
    document.getElementById("hs-compare").addEventListener("click", function () {
      self.compare(!self.comparing());
    });
    this.order = document.getElementById("hs-order");
    if (this.order) {
      this.order.value = "rate";
      this.order.addEventListener("change", function () { self.tell(); });
    }
    this.restOfRows();
    this.rows();
    this.zooms();
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { self.close(); }
    });
    window.addEventListener("beforeprint", function () { self.print(true); });
    window.addEventListener("afterprint", function () { self.print(false); });
    window.matchMedia("print").addEventListener("change", function (event) {
      self.print(event.matches);
    });
    this.map.on("zoomend", function () { self.main.number(); });
    this.follow();
  },

  zooms: function () {
    const words = this.data.words;
    [["in", words.zoom_in], ["out", words.zoom_out]].forEach(function (one) {
      this.each(".leaflet-control-zoom-" + one[0], function (button) {
        button.title = one[1];
        button.setAttribute("aria-label", one[1]);
      });
    }, this);
  },

  /* The page has the first rows; the others are made of the data, like them. */
  restOfRows: function () {
    const list = document.getElementById("hs-roster"), data = this.data;
    if (!list || !list.children.length) { return; }
    const written = new Set([...list.querySelectorAll(".hs-row")].map(function (row) { return Number(row.dataset.place); }));
    const all = data.facts[data.headline], rest = document.createDocumentFragment();
    data.places.forEach(function (place, at) {
      if (written.has(at) || (!all && !place.rank)) { return; }
      const line = list.children[0].cloneNode(true), bar = line.querySelector(".hs-bar");
      line.querySelector(".hs-row").dataset.place = at;
      line.querySelector(".hs-name").textContent = place.name;
      line.querySelector(".hs-people").textContent = place.residents;
      if (bar) { bar.replaceChildren(...this.shares(place)); }
      rest.append(line);
    }, this);
    list.append(rest);
  },

  shares: function (place) {
    return (place.parts || []).map(function (share, at) {
      const part = document.createElement("i");
      part.style.width = 100 * share + "%";
      part.style.background = this.data.parts[at].color;
      return part;
    }, this);
  },

  rows: function () {
    const self = this;
    this.each(".hs-row", function (row) {
      const place = Number(row.dataset.place);
      row.addEventListener("click", function () { self.open(place, true); });
      ["mouseenter", "focus"].forEach(function (name) {
        row.addEventListener(name, function () { self.light(place, true); });
      });
      ["mouseleave", "blur"].forEach(function (name) {
        row.addEventListener(name, function () { self.light(place, false); });
      });
    });
  },

  /* A frame may open hidden or change its size. */
  follow: function () {
    const self = this, box = this.map.getContainer();
    this.untouched = true;
    ["pointerdown", "wheel", "keydown"].forEach(function (name) {
      box.addEventListener(name, function () { self.untouched = false; }, { passive: true });
    });
    new ResizeObserver(function () {
      self.map.invalidateSize();
      self.refit();
      self.main.number();
    }).observe(box);
  },

  each: function (selector, act) { document.querySelectorAll(selector).forEach(act); },

  /* Paper has a layout of its own, which must stand before the map is measured. */
  print: function (on) {
    if (on && this.comparing()) { this.parted = true; this.compare(false); }
    document.body.classList.toggle("hs-printing", on);
    let told = [...document.querySelectorAll("#hs-legend > .hs-key:not([hidden]) details p")];
    told = told.map(function (one) { return one.textContent; });
    const words = this.data.words, said = [words.method_before].concat(told, words.method_after);
    document.getElementById("hs-method").textContent = said.join(" ");
    this.fit();
    this.main.number();
    this.main.print(on);
    if (!on && this.parted) { this.parted = false; this.compare(true); }
  },

  choose: function (category) {
    const frame = this.main.frame;
    let theme = this.main.theme;
    this.category = category;
    if (theme && theme.category) {
      theme = this.themes[theme.kind + "/" + category] || this.themes["focus/" + category];
    }
    this.turn(theme, theme && theme.frames ? frame : undefined);
    if (this.selected !== null) { this.open(this.selected); }
  },

  turn: function (theme, frame) {
    this.main.choose(theme, frame);
    this.show();
    this.refit();
  },

  overlayOn: function (name) {
    const input = document.querySelector("input[name=hs-overlay][value='" + CSS.escape(name) + "']");
    return Boolean(input && input.checked);
  },

  show: function () {
    const theme = this.main.theme;
    this.main.show();
    this.time.show();
    this.labels(theme);
    this.legend(theme);
    this.tally(this.main, document.getElementById("hs-legend"));
    this.showBeside();
    this.tell();
  },

  labels: function (theme) {
    const category = this.category;
    this.each("label[data-kind]", function (label) {
      const other = label.dataset.category;
      label.hidden = Boolean(other) && other !== category;
      label.firstChild.checked = Boolean(theme) && label.firstChild.value === theme.key;
    });
  },

  legend: function (theme) {
    const self = this, category = this.category, drawn = this.main.sheets;
    this.each("#hs-legend > .hs-key", function (key) {
      const name = key.dataset.layer, withheld = key.querySelector(".hs-undrawn");
      key.hidden = !(theme && theme.key === name) && !self.overlayOn(name);
      if (withheld) { withheld.hidden = name + "/" + category in drawn; }
    });
  },

  /* How many places each class of a theme has at the time that is shown. */
  tally: function (view, box) {
    const theme = view.theme, format = this.format;
    if (!theme || !theme.frames) { return; }
    const codes = view.codes();
    box.querySelectorAll(".hs-key[data-layer='" + CSS.escape(theme.key) + "'] li b").forEach(function (count, at) {
      count.textContent = format(codes.filter(function (code) { return code === at; }).length);
    });
  },

  /* What is told of a category, at the stop of the slider where the view shows one. */
  factsOf: function (view) {
    const category = view.category(), facts = this.data.facts[category], theme = view.theme;
    const stops = theme && theme.frames ? this.data.stops[category] : null;
    return stops ? Object.assign({}, facts, { share: [] }, stops[view.frame]) : facts;
  },

  byIndex: function () { return this.order ? this.order.value === "index" : !this.data.facts[this.category]; },

  /* The number of each polygon in the list, by its place; null where it has none. */
  numbers: function () {
    const facts = this.factsOf(this.main), ranks = [];
    if (this.byIndex() || !facts) { return this.data.places.map(function (place) { return place.rank || null; }); }
    facts.order.forEach(function (place, at) { ranks[place] = at < facts.ranked ? at + 1 : null; });
    return ranks;
  },

  arrange: function (facts) {
    const list = document.getElementById("hs-roster"), note = document.getElementById("hs-list-note");
    const parts = document.getElementById("hs-parts"), index = this.byIndex(), ranks = this.numbers();
    if (!list) { return; }
    list.classList.toggle("hs-by-index", index);
    if (parts) { parts.hidden = !index; }
    note.textContent = index || !facts ? this.data.words.index_note : facts.note;
    const rows = [...list.children].map(function (one) {
      return [one, Number(one.querySelector(".hs-row").dataset.place)];
    });
    const place = {};
    (index || !facts ? [] : facts.order).forEach(function (one, at) { place[one] = at; });
    rows.sort(function (a, b) {
      return index ? (ranks[a[1]] || Infinity) - (ranks[b[1]] || Infinity) || a[1] - b[1] : place[a[1]] - place[b[1]];
    });
    rows.forEach(function (one, at) {
      if (list.children[at] !== one[0]) { list.insertBefore(one[0], list.children[at] || null); }
      one[0].querySelector(".hs-rank").textContent = ranks[one[1]] || "";
    });
  },

  tell: function () {
    const told = this.data.sentences[this.category], facts = this.factsOf(this.main);
    const high = (facts && facts.high) || this.data.high[this.category] || [];
    this.arrange(facts);
    this.main.number();
    if (told) {
      document.getElementById("hs-subject").textContent = told[0];
      document.getElementById("hs-sentence").textContent = (facts && facts.sentence) || told[1];
      const warning = document.getElementById("hs-warning");
      warning.textContent = facts && facts.sentence ? facts.warning : told[2];
      warning.hidden = !warning.textContent;
    }
    this.each(".hs-row", function (row) {
      const place = Number(row.dataset.place);
      row.querySelector(".hs-rank").classList.toggle("hs-high", Boolean(high[place]));
      row.querySelector(".hs-rate b").textContent = facts ? facts.rate[place] : "";
      row.querySelector(".hs-rate span").textContent = facts ? facts.range[place] : "";
    });
  },

  polygonOf: function (level, place) {
    return level === "polygons" ? place : this.data.unitPolygon[place];
  },

  light: function (place, on) {
    [this.main, this.beside].forEach(function (view) { if (view) { view.light(place, on); } });
    this.each(".hs-row[data-place='" + place + "']", function (row) {
      row.classList.toggle("hs-lit", on);
    });
  },

  open: function (place, move) {
    if (place === undefined || place === null || !this.data.places[place]) { return; }
    const before = this.selected;
    this.selected = place;
    if (before !== null) { this.light(before, false); }
    this.light(place, false);
    this.each(".hs-row", function (row) {
      const mine = Number(row.dataset.place) === place;
      row.setAttribute("aria-current", String(mine));
      if (mine && !move) { row.scrollIntoView({ block: "nearest" }); }
    });
    const panel = document.getElementById("hs-panel");
    panel.replaceChildren(this.portrait(place));
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add("hs-open");
    this.settle();
    this.reveal(place);
    if (move) { panel.querySelector(".hs-close").focus({ preventScroll: true }); }
  },

  close: function () {
    const was = this.selected, row = document.querySelector(".hs-row[data-place='" + was + "']");
    if (was === null) { return; }
    document.getElementById("hs-panel").hidden = true;
    document.body.classList.remove("hs-open");
    this.settle();
    this.selected = null;
    this.light(was, false);
    if (row) { row.focus({ preventScroll: true }); }
    this.each(".hs-row", function (other) { other.setAttribute("aria-current", "false"); });
  }
}, FIT, PANEL, BESIDE);

window.hotspotsBriefing = function (map) {
  const data = JSON.parse(document.getElementById("hs-data").textContent);
  window.hotspots = new Briefing(map, data);
};
