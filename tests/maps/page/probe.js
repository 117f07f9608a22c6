/* What the page draws, as a reader would meet it: every text, every part, every polygon. */
() => {
  const PARTS = {
    header: ".hs-header", list: ".hs-side", legend: "#hs-legend", panel: "#hs-panel",
    category: ".hs-tools > .hs-category", layers: ".hs-layers > summary", compare: ".hs-compare",
    zoom: ".folium-map .leaflet-control-zoom", scale: ".folium-map .leaflet-control-scale",
    north: ".hs-north", slider: ".folium-map .hs-time", map: "body > .folium-map",
    "beside map": "#hs-beside-map", "beside choice": ".hs-beside-choice",
    "beside slider": "#hs-beside-map .hs-time", "beside legend": "#hs-beside-legend",
    method: "#hs-method"
  };
  const width = document.documentElement.clientWidth, height = window.innerHeight;
  const fixedPage = getComputedStyle(document.body).overflowY === "hidden";

  function shown(node) {
    return node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  }

  function boxOf(node) {
    const box = node.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  }

  function cross(one, other) {
    return [Math.max(one[0], other[0]), Math.max(one[1], other[1]),
      Math.min(one[2], other[2]), Math.min(one[3], other[3])];
  }

  /* What holds a node, innermost first: its box, whether it clips what it holds, or scrolls it. */
  const held = new Map();
  function containers(node) {
    if (!node || node === document.body || node === document.documentElement) { return []; }
    if (held.has(node)) { return held.get(node); }
    const style = getComputedStyle(node), free = ["absolute", "fixed"].includes(style.position);
    const around = containers(free ? node.offsetParent : node.parentElement);
    const own = ["inline", "contents"].includes(style.display) ? [] : [{
      name: nameOf(node), box: boxOf(node), clips: style.overflow !== "visible",
      scrolls: ["auto", "scroll"].includes(style.overflowY)
    }];
    held.set(node, own.concat(around));
    return held.get(node);
  }

  /* Where a text sticks out of what holds it, and what of it can be seen without scrolling. */
  function within(parent, box) {
    const slack = (box[3] - box[1]) / 3;
    let out = "", seen = box, scrolls = false;
    containers(parent).forEach((one) => {
      const frame = one.box;
      scrolls = scrolls || one.scrolls;
      if (box[0] < frame[0] - 1.5 || box[2] > frame[2] + 1.5) { out = out || "wider than " + one.name; }
      if (!scrolls && (box[1] < frame[1] - slack || box[3] > frame[3] + slack)) {
        out = out || "higher than " + one.name;
      }
      if (one.clips) { seen = cross(seen, frame); }
    });
    if (box[0] < -1 || box[2] > width + 1) { out = out || "wider than the page"; }
    if (fixedPage && !scrolls && box[3] > height + slack) { out = out || "below the page"; }
    return [out, cross(seen, [0, fixedPage ? 0 : -Infinity, width, fixedPage ? height : Infinity])];
  }

  function nameOf(node) {
    return node.id ? "#" + node.id : "." + (node.getAttribute("class") || node.tagName);
  }

  /* What lies over a text, at its left, in its middle or at its right. */
  function over(parent, box) {
    const y = (box[1] + box[3]) / 2;
    const untouched = getComputedStyle(parent).pointerEvents === "none";
    if (untouched || y < 0 || y > height || box[3] - box[1] < 4) { return ""; }
    for (const x of [box[0] + 2, (box[0] + box[2]) / 2, box[2] - 2]) {
      const top = document.elementFromPoint(x, y);
      if (top && !parent.contains(top) && !top.contains(parent)) {
        return top.closest("#hs-panel") ? "the panel" : nameOf(top);
      }
    }
    return "";
  }

  function texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode, parent = node.parentElement;
      if (!node.textContent.trim() || parent.closest("script, style, option, .hs-skip, .leaflet-pane") || !shown(parent)) { continue; }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        const box = [line.left, line.top, line.right, line.bottom];
        if (box[2] - box[0] < 1) { continue; }
        const [out, seen] = within(parent, box), visible = seen[2] > seen[0] && seen[3] > seen[1];
        found.push({
          words: node.textContent.trim().slice(0, 60), box: seen, visible: visible, out: out,
          under: visible ? over(parent, seen) : "", panel: Boolean(parent.closest("#hs-panel"))
        });
      }
    }
    return found;
  }

  function parts() {
    const found = {};
    Object.keys(PARTS).forEach((name) => {
      const node = document.querySelector(PARTS[name]);
      if (node && shown(node) && node.getBoundingClientRect().width) { found[name] = boxOf(node); }
    });
    return found;
  }

  function color(value) {
    const pattern = /url\("?(#[^")]+)"?\)/.exec(value);
    return pattern ? getComputedStyle(document.querySelector(pattern[1] + " rect")).fill : value;
  }

  function look(node) {
    const style = getComputedStyle(node);
    return {
      fill: color(style.fill), stroke: style.stroke, weight: parseFloat(style.strokeWidth),
      dashed: style.strokeDasharray !== "none", strength: Number(style.fillOpacity)
    };
  }

  function shapes(view, level) {
    return view.shapes[level].map((layer) => {
      const path = layer.getElement(), box = boxOf(path);
      const x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
      const top = y > 0 && y < height ? document.elementFromPoint(x, y) : path;
      return { ...look(path), box: box, shown: shown(path), under: top === path ? "" : top ? nameOf(top) : "nothing" };
    });
  }

  function legend(selector) {
    return [...document.querySelectorAll(selector + " > .hs-key:not([hidden]) li")]
      .filter((line) => line.querySelector("b"))
      .map((line) => ({
        words: line.querySelector("span").textContent, count: Number(line.querySelector("b").textContent),
        ...look(line.querySelector("rect"))
      }));
  }

  function numbers() {
    return [...document.querySelectorAll(".folium-map .hs-number")].filter(shown)
      .map((node) => [node.textContent, boxOf(node)]);
  }

  const beside = window.hotspots.comparing() ? window.hotspots.beside : null;
  return JSON.stringify({
    width: document.documentElement.scrollWidth - width,
    scrolled: [...document.querySelectorAll(".hs-header, .hs-side, .hs-legend, .hs-panel, .hs-groups")]
      .filter((node) => shown(node) && node.scrollWidth > node.clientWidth + 1).map(nameOf),
    texts: texts(), parts: parts(), numbers: numbers(),
    ranks: Object.fromEntries([...document.querySelectorAll(".hs-row")].map((row) =>
      [row.querySelector(".hs-rank").textContent, Number(row.dataset.place)])),
    maps: [["map", "#hs-legend", window.hotspots.main], ["beside map", "#hs-beside-legend", beside]]
      .filter((one) => one[2]).map(([name, key, view]) => ({
        name: name, shapes: shapes(view, "polygons"), legend: legend(key),
        units: view.theme.level === "units" ? shapes(view, "units") : null
      }))
  });
}
