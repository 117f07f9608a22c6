/* What the panel tells of the polygon that was clicked. */
const PANEL = {
  tip: function (view, level, place) {
    const data = this.data, words = data.words, theme = view.theme, category = view.category();
    const at = this.polygonOf(level, place), polygon = data.places[at], facts = this.factsOf(view);
    const lines = [make("p", [make("b", [polygon ? polygon.name : data.unitNames[place]])])];
    if (level === "units" && theme && theme.level === "units") {
      lines.push(make("p", [data.unitNames[place] + " · " + data.unitResidents[place]]));
    } else if (polygon) {
      lines.push(make("p", [polygon.residents + (polygon.words ? " · " + polygon.words : "")]));
    }
    if (facts && polygon) {
      if (level === "units") {
        lines.push(make("p", [words.of_polygon.replace("{name}", polygon.name) + ":"], { className: "hs-small" }));
      }
      lines.push(make("p", [data.titles[category] + ": " + facts.count[at] + " · " + facts.rate[at] + " " + words.rate_short]));
      lines.push(make("p", [facts.interval[at]], { className: "hs-small" }));
    }
    if (theme && theme.level === level) { lines.push(this.tipTheme(view, theme, place)); }
    if (polygon && polygon.why) { lines.push(make("p", [polygon.why])); }
    if (polygon && data.nearest && data.nearest[at].length) {
      const nearest = data.nearest[at][0];
      lines.push(make("p", [nearest[0] + ": " + nearest[2] + " " + words.from_middle]));
    }
    return make("div", lines);
  },

  tipTheme: function (view, theme, place) {
    const label = theme.labels[view.codes()[place]], value = theme.texts[place];
    if (theme.frames) {
      const frame = theme.frames[view.frame];
      return make("p", [frame.title + ": ", make("b", [this.format(frame.counts[place])]),
        " " + this.data.counted[theme.category] + ", " + label]);
    }
    return make("p", [theme.title + ": ", make("b", [theme.group === "context" ? value : label]),
      value && theme.group !== "context" ? " (" + value + ")" : ""]);
  },

  portrait: function (place) {
    const self = this, data = this.data, words = data.words, polygon = data.places[place];
    const facts = this.factsOf(this.main), box = document.createDocumentFragment();
    const period = (facts && facts.period) || data.period;
    const close = make("button", ["×"], { type: "button", className: "hs-close", title: words.close });
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", function () { self.close(); });
    box.append(close, make("h2", [polygon.name]));
    box.append(make("p", [polygon.residents + (polygon.words ? " · " + polygon.words : "")]));
    if (polygon.range) { box.append(make("p", [polygon.range], { className: "hs-small" })); }
    if (facts) {
      box.append(make("h3", [data.titles[this.category] + (period ? " · " + period : "")]));
      box.append(make("p", [make("span", [facts.rate[place]], { className: "hs-big" }), " " + words.rate]));
      box.append(make("p", [facts.count[place] + " · " + facts.interval[place]], { className: "hs-small" }));
      this.chance(box, place);
      this.change(box, facts, place);
      this.months(box, facts, place);
      this.hours(box, facts, place);
    }
    this.pairs(box, words.context, (data.conditions || []).map(function (one) {
      const sign = one.worse[place];
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
    const shown = this.main.theme, stop = shown && shown.kind === "time_test" ? shown : null;
    const theme = stop || this.themes["focus/" + this.category], facts = this.factsOf(this.main);
    if (!theme || (facts.period && !stop)) { return; }
    const codes = stop ? this.main.codes() : unpack(theme.codes);
    box.append(make("h3", [this.data.words.more_than_chance]));
    box.append(make("p", [theme.labels[codes[place]]]));
    (facts.risk && facts.risk[place] && !stop ? facts.risk[place] : []).forEach(function (words) {
      box.append(make("p", [words]));
    });
    (facts.tests || []).forEach(function (test) {
      box.append(make("p", [test.title + ": " + test.said[place]], { className: "hs-small" }));
    });
    if (facts.share && facts.share[place]) {
      box.append(make("p", [facts.share[place]], { className: "hs-small" }));
    }
  },

  change: function (box, facts, place) {
    const change = facts.change;
    if (!change) { return; }
    const arrow = change.arrows[place];
    box.append(make("h3", [this.data.words.change]));
    box.append(make("p", (arrow ? [make("b", [arrow]), " "] : []).concat(change.said[place])));
    box.append(make("p", [change.ratios[place]], { className: "hs-small" }));
    box.append(make("p", [change.note], { className: "hs-small" }));
  },

  months: function (box, facts, place) {
    if (!facts.months || !facts.months.paths[place]) { return; }
    const months = facts.months;
    const chart = shape("svg", { viewBox: "0 -2 300 76", class: "hs-chart", role: "img", "aria-label": months.peaks[place] });
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
    const hours = facts.hours, days = this.data.days;
    if (!hours || !hours.shades[place]) { return; }
    const per = 8, chart = shape("svg", { viewBox: "0 0 300 136", class: "hs-chart", role: "img", "aria-label": hours.notes[place] });
    hours.shades[place].split("").forEach(function (shade, at) {
      const day = Math.floor(at / per), block = at % per;
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
    const list = make("dl");
    rows.forEach(function (row) {
      list.append(make("dt", [row[0]]), make("dd", [make("b", [row[1]], { className: row[3] ? "hs-worse" : "" }), row[2] ? make("small", [row[2]]) : ""]));
    });
    box.append(make("h3", [title]), list);
  },

  why: function (box, place) {
    const data = this.data, parts = data.places[place].parts;
    if (!parts) { return; }
    const bar = make("span", [], { className: "hs-bar" });
    const rows = parts.map(function (part, at) {
      const piece = make("i");
      piece.style.width = (100 * part) + "%";
      piece.style.background = data.parts[at].color;
      bar.append(piece);
      return [data.parts[at].title, data.places[place].partWords[at], "", false];
    });
    this.pairs(box, data.words.why, rows);
    box.append(bar);
  }
};
