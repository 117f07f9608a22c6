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

/* The classes of one period: one digit in base 36 for each place. */
function unpack(codes) {
  return codes.split("").map(function (digit) { return parseInt(digit, 36); });
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
  /* On paper a canvas that was drawn anew hides what lies beneath it; a fresh copy does not. */
  print: function (on) {
    var canvas = this._canvas;
    if (this._copy) { this._copy.remove(); this._copy = null; }
    canvas.style.display = on ? "none" : "";
    if (!on) { return; }
    var copy = this._copy = document.createElement("canvas");
    copy.className = "hs-sheet";
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.style.width = canvas.style.width;
    copy.style.height = canvas.style.height;
    copy.getContext("2d").drawImage(canvas, 0, 0);
    this.getPane().appendChild(copy);
    L.DomUtil.setPosition(copy, L.DomUtil.getPosition(canvas));
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

/* Points of the areas' borders, enough of them to tell where the city lies. */
function sampled(areas) {
  var total = 0, found = [], count = 0;
  areas.forEach(function (rings) { rings.forEach(function (ring) { total += ring.length / 2; }); });
  var every = Math.ceil(total / 20000);
  areas.forEach(function (rings) {
    rings.forEach(function (ring) {
      var points = mercator(ring);
      for (var i = 0; i < points.length; i += 2, count += 1) {
        if (count % every === 0) { found.push(points[i], points[i + 1]); }
      }
    });
  });
  return found;
}

function dots(flat, color, mark) {
  var points = null;
  return function (context, scale, origin, size, zoom) {
    points = points || mercator(flat);
    var radius = mark ? Math.max(3, zoom - 8) : Math.max(1.1, (zoom - 9) * 0.75);
    context.fillStyle = color;
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

/* Circles with a number where points lie close together, parted as the map comes nearer. */
function clusters(flat, color, format) {
  var points = null, CELL = 64;
  return function (context, scale, origin, size) {
    points = points || mercator(flat);
    var cells = new Map();
    for (var i = 0; i < points.length; i += 2) {
      var x = points[i] * scale, y = points[i + 1] * scale;
      var key = Math.floor(x / CELL) + ":" + Math.floor(y / CELL), cell = cells.get(key);
      if (!cell) { cells.set(key, cell = { n: 0, x: 0, y: 0 }); }
      cell.n += 1;
      cell.x += x;
      cell.y += y;
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 13px system-ui, sans-serif";
    cells.forEach(function (cell) {
      var x = cell.x / cell.n - origin.x, y = cell.y / cell.n - origin.y;
      var radius = cell.n === 1 ? 4 : 11 + 4.5 * Math.log10(cell.n);
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

var HEAT = [[254, 217, 118], [253, 141, 60], [240, 59, 32], [189, 0, 38]]; /* YlOrRd */

/* Incidents smoothed over about ten pixels; the deepest color is the densest place in view. */
function heat(flat) {
  var points = null, CELL = 3, REACH = 3, EDGE = 4 * REACH;
  return function (context, scale, origin, size) {
    points = points || mercator(flat);
    var wide = Math.ceil(size.x / CELL) + 2 * EDGE, tall = Math.ceil(size.y / CELL) + 2 * EDGE;
    var grid = new Float32Array(wide * tall);
    for (var i = 0; i < points.length; i += 2) {
      var x = Math.floor((points[i] * scale - origin.x) / CELL) + EDGE;
      var y = Math.floor((points[i + 1] * scale - origin.y) / CELL) + EDGE;
      if (x >= 0 && y >= 0 && x < wide && y < tall) { grid[y * wide + x] += 1; }
    }
    for (var pass = 0; pass < 3; pass += 1) {
      grid = smooth(grid, wide, tall, REACH, 1, wide);
      grid = smooth(grid, tall, wide, REACH, wide, 1);
    }
    context.globalAlpha = 1;
    context.drawImage(colored(grid, wide, tall), -EDGE * CELL, -EDGE * CELL, wide * CELL, tall * CELL);
  };
}

/* A running mean along one direction: `count` cells `step` apart, for each of the `rows`. */
function smooth(grid, count, rows, reach, step, row) {
  var out = new Float32Array(grid.length), width = 2 * reach + 1;
  for (var r = 0; r < rows; r += 1) {
    var first = r * row, sum = 0;
    for (var i = -reach; i < count; i += 1) {
      if (i + reach < count) { sum += grid[first + (i + reach) * step]; }
      if (i - reach > 0) { sum -= grid[first + (i - reach - 1) * step]; }
      if (i >= 0) { out[first + i * step] = sum / width; }
    }
  }
  return out;
}

function colored(grid, wide, tall) {
  var picture = new ImageData(wide, tall), most = 0, canvas = document.createElement("canvas");
  grid.forEach(function (value) { most = Math.max(most, value); });
  for (var i = 0; most > 0 && i < grid.length; i += 1) {
    var share = grid[i] / most, at = Math.min(share * HEAT.length, HEAT.length - 1);
    var low = HEAT[Math.floor(at)], high = HEAT[Math.ceil(at)], part = at - Math.floor(at);
    for (var k = 0; k < 3; k += 1) { picture.data[4 * i + k] = low[k] + part * (high[k] - low[k]); }
    picture.data[4 * i + 3] = share < 0.02 ? 0 : 255 * Math.min(0.85, 0.15 + share * 1.6);
  }
  canvas.width = wide;
  canvas.height = tall;
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
