/* The slider over the periods of a theme, by hand or playing. */
function Timeline(view, changed) {
  const self = this, words = view.data.words;
  this.view = view;
  this.changed = changed;
  this.timer = null;
  this.button = make("button", [], { type: "button", className: "hs-play" });
  this.range = make("input", [], { type: "range", min: 0, step: 1, className: "hs-range" });
  this.range.setAttribute("aria-label", words.time_period);
  this.label = make("output", [], { className: "hs-period" });
  this.box = make("div", [this.button, this.range, this.label], { className: "hs-time", hidden: true });
  this.box.setAttribute("role", "group");
  this.box.setAttribute("aria-label", words.time);
  view.map.getContainer().append(this.box);
  L.DomEvent.disableClickPropagation(this.box);
  L.DomEvent.disableScrollPropagation(this.box);
  this.button.addEventListener("click", function () { self.play(self.timer === null); });
  this.range.addEventListener("input", function () { self.play(false); self.go(Number(self.range.value)); });
  this.play(false);
}

Timeline.prototype = {
  show: function () {
    const theme = this.view.theme, frames = theme && theme.frames;
    this.box.hidden = !frames;
    if (!frames) { this.play(false); return; }
    this.range.max = frames.length - 1;
    this.range.value = this.view.frame;
    this.label.textContent = frames[this.view.frame].title;
    this.range.setAttribute("aria-valuetext", this.label.textContent);
  },

  go: function (frame) {
    this.view.choose(this.view.theme, frame);
    this.show();
    this.changed();
  },

  play: function (on) {
    const self = this, words = this.view.data.words;
    window.clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = on ? "❚❚" : "▶";
    this.button.title = on ? words.time_pause : words.time_play;
    this.button.setAttribute("aria-label", this.button.title);
    if (!on) { return; }
    const last = this.view.theme.frames.length - 1;
    if (this.view.frame === last) { this.go(0); }
    this.timer = window.setInterval(function () {
      self.go(self.view.frame + 1);
      if (self.view.frame === last) { self.play(false); }
    }, 1100);
  }
};
