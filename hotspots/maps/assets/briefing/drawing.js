const STEP = 1e-5;
const LIT = "#0b57d0";
const MANY = 2500; /* areas that a canvas draws faster than SVG, without the hatching */

function undelta(flat) {
  const points = [];
  let x = 0, y = 0;
  for (let i = 0; i < flat.length; i += 2) {
    x += flat[i];
    y += flat[i + 1];
    points.push([y * STEP, x * STEP]);
  }
  return points;
}

/* The classes of one period: one digit in base 36 for each place. */
function unpack(codes) {
  return codes.split("").map(function (digit) { return parseInt(digit, 36); });
}

function make(tag, parts, options) {
  const node = document.createElement(tag);
  Object.assign(node, options || {});
  (parts || []).forEach(function (part) {
    if (part === null || part === undefined || part === "") { return; }
    node.append(part);
  });
  return node;
}

function shape(tag, attributes, words) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
  if (words !== undefined) { node.textContent = words; }
  return node;
}

/* One canvas under or over the areas, redrawn when the map comes to rest. */
const Sheet = L.Layer.extend({
  initialize: function (draw, pane) {
    this.draw = draw;
    this.options = { pane: pane };
  },
  onAdd: function (map) {
    this.map = map;
    this.canvas = make("canvas", [], { className: "leaflet-zoom-animated hs-sheet" });
    this.getPane().appendChild(this.canvas);
    this.reset();
  },
  onRemove: function () { this.canvas.remove(); },
  getEvents: function () {
    return { moveend: this.reset, resize: this.reset, zoomanim: this.zoom };
  },
  /* On paper a canvas that was drawn anew hides what lies beneath it; a fresh copy does not. */
  print: function (on) {
    const canvas = this.canvas;
    if (this.copy) { this.copy.remove(); this.copy = null; }
    canvas.style.display = on ? "none" : "";
    if (!on) { return; }
    const copy = this.copy = make("canvas", [], { className: "hs-sheet" });
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.style.width = canvas.style.width;
    copy.style.height = canvas.style.height;
    copy.getContext("2d").drawImage(canvas, 0, 0);
    this.getPane().appendChild(copy);
    L.DomUtil.setPosition(copy, L.DomUtil.getPosition(canvas));
  },
  reset: function () {
    const map = this.map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
    const canvas = this.canvas, corner = map.containerPointToLayerPoint([0, 0]);
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const scale = map.options.crs.scale(map.getZoom());
    const origin = map.getPixelOrigin().add(corner);
    this.draw(context, scale, origin, size, map.getZoom());
  },
  /* While the zoom is animated the canvas grows with it, about the center that is to be. */
  zoom: function (event) {
    const map = this.map, scale = map.getZoomScale(event.zoom);
    const middle = map.containerPointToLayerPoint(map.getSize().divideBy(2));
    const offset = map.latLngToLayerPoint(event.center).subtract(middle).multiplyBy(-scale)
      .add(map.containerPointToLayerPoint([0, 0]));
    L.DomUtil.setTransform(this.canvas, offset, scale);
  }
});

function mercator(flat) {
  const out = new Float64Array(flat.length);
  let x = 0, y = 0;
  for (let i = 0; i < flat.length; i += 2) {
    x += flat[i];
    y += flat[i + 1];
    const sine = Math.sin(y * STEP * Math.PI / 180);
    out[i] = x * STEP / 360 + 0.5;
    out[i + 1] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }
  return out;
}

/* Points at equal steps along the areas' borders: enough of them to tell where the city lies. */
function sampled(areas) {
  const sides = areas.flat().map(mercator).flatMap(sidesOf), found = [];
  const step = sides.reduce(function (sum, side) { return sum + side.length; }, 0) / 8000;
  let walked = 0;
  sides.forEach(function (side) {
    for (walked += side.length; walked > step; walked -= step) {
      const back = Math.min(1, (walked - step) / side.length);
      found.push(side.x - back * side.dx, side.y - back * side.dy);
    }
  });
  return found;
}

/* The sides of a ring, each by its end and its way; the point that closes it is not told. */
function sidesOf(ring) {
  const sides = [];
  for (let i = 0, before = ring.length - 2; i < ring.length; before = i, i += 2) {
    const dx = ring[i] - ring[before], dy = ring[i + 1] - ring[before + 1];
    sides.push({ x: ring[i], y: ring[i + 1], dx: dx, dy: dy, length: Math.hypot(dx, dy) });
  }
  return sides;
}

function dots(flat, color, mark) {
  let points = null;
  return function (context, scale, origin, size, zoom) {
    points = points || mercator(flat);
    const radius = mark ? Math.max(3, zoom - 8) : Math.max(1.1, (zoom - 9) * 0.75);
    context.fillStyle = color;
    context.strokeStyle = "#fff";
    context.globalAlpha = mark ? 0.95 : 0.55;
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] * scale - origin.x, y = points[i + 1] * scale - origin.y;
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
  let drawn = null;
  return function (context, scale, origin, size, zoom) {
    drawn = drawn || all.map(mercator);
    context.strokeStyle = "#5f5a4c";
    context.globalAlpha = Math.min(0.4, Math.max(0.08, (zoom - 10) * 0.08));
    context.lineWidth = zoom < 13 ? 0.5 : 0.9;
    context.beginPath();
    drawn.forEach(function (line) {
      context.moveTo(line[0] * scale - origin.x, line[1] * scale - origin.y);
      for (let i = 2; i < line.length; i += 2) {
        context.lineTo(line[i] * scale - origin.x, line[i + 1] * scale - origin.y);
      }
    });
    context.stroke();
  };
}

/* Circles with a number where points lie close together, parted as the map comes nearer. */
function clusters(flat, color, format) {
  const CELL = 64;
  let points = null;
  return function (context, scale, origin, size) {
    points = points || mercator(flat);
    const cells = new Map();
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] * scale, y = points[i + 1] * scale;
      const key = Math.floor(x / CELL) + ":" + Math.floor(y / CELL);
      let cell = cells.get(key);
      if (!cell) { cells.set(key, cell = { n: 0, x: 0, y: 0 }); }
      cell.n += 1;
      cell.x += x;
      cell.y += y;
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 13px " + getComputedStyle(context.canvas).fontFamily;
    cells.forEach(function (cell) {
      const x = cell.x / cell.n - origin.x, y = cell.y / cell.n - origin.y;
      const radius = cell.n === 1 ? 4 : 11 + 4.5 * Math.log10(cell.n);
      if (x < -40 || y < -40 || x > size.x + 40 || y > size.y + 40) { return; }
      context.beginPath();
      context.arc(x, y, radius, 0, 6.3);
      context.fillStyle = color;
      context.globalAlpha = 0.82;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = "#fff";
      context.lineWidth = 1.5;
      context.stroke();
      if (cell.n > 1) {
        context.fillStyle = "#fff";
        context.fillText(format(cell.n), x, y);
      }
    });
  };
}

const HEAT = [[254, 217, 118], [253, 141, 60], [240, 59, 32], [189, 0, 38]]; /* YlOrRd */

/* Incidents smoothed over about ten pixels; the deepest color is the densest place in view. */
function heat(flat) {
  const CELL = 3, REACH = 3, EDGE = 4 * REACH;
  let points = null;
  return function (context, scale, origin, size) {
    points = points || mercator(flat);
    const wide = Math.ceil(size.x / CELL) + 2 * EDGE, tall = Math.ceil(size.y / CELL) + 2 * EDGE;
    let grid = new Float32Array(wide * tall);
    for (let i = 0; i < points.length; i += 2) {
      const x = Math.floor((points[i] * scale - origin.x) / CELL) + EDGE;
      const y = Math.floor((points[i + 1] * scale - origin.y) / CELL) + EDGE;
      if (x >= 0 && y >= 0 && x < wide && y < tall) { grid[y * wide + x] += 1; }
    }
    for (let pass = 0; pass < 3; pass += 1) {
      grid = smooth(grid, wide, tall, REACH, 1, wide);
      grid = smooth(grid, tall, wide, REACH, wide, 1);
    }
    context.globalAlpha = 1;
    context.drawImage(colored(grid, wide, tall), -EDGE * CELL, -EDGE * CELL, wide * CELL, tall * CELL);
  };
}

/* A running mean along one direction: `count` cells `step` apart, for each of the `rows`. */
function smooth(grid, count, rows, reach, step, row) {
  const out = new Float32Array(grid.length), width = 2 * reach + 1;
  for (let r = 0; r < rows; r += 1) {
    const first = r * row;
    let sum = 0;
    for (let i = -reach; i < count; i += 1) {
      if (i + reach < count) { sum += grid[first + (i + reach) * step]; }
      if (i - reach > 0) { sum -= grid[first + (i - reach - 1) * step]; }
      if (i >= 0) { out[first + i * step] = sum / width; }
    }
  }
  return out;
}

function colored(grid, wide, tall) {
  const picture = new ImageData(wide, tall), canvas = make("canvas");
  let most = 0;
  grid.forEach(function (value) { most = Math.max(most, value); });
  for (let i = 0; most > 0 && i < grid.length; i += 1) {
    const share = grid[i] / most, at = Math.min(share * HEAT.length, HEAT.length - 1);
    const low = HEAT[Math.floor(at)], high = HEAT[Math.ceil(at)], part = at - Math.floor(at);
    for (let k = 0; k < 3; k += 1) { picture.data[4 * i + k] = low[k] + part * (high[k] - low[k]); }
    picture.data[4 * i + 3] = share < 0.02 ? 0 : 255 * Math.min(0.85, 0.15 + share * 1.6);
  }
  canvas.width = wide;
  canvas.height = tall;
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
