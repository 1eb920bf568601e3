'use strict';
// Sites come in the short form of packing.py. What all pages need is read at once, the words of a site when it is asked.
(function (e) {
  const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';
  const DEPTHS = { Point: 1, LineString: 1, Polygon: 2, MultiLineString: 2, MultiPolygon: 3 };
  const NUMBERS = Object.fromEntries([...DIGITS].map((digit, i) => [digit, i]));

  /** The places that a text of differences stands for: [longitude, latitude] in degrees. */
  function places(text) {
    const found = [];
    const now = [0, 0];
    let value = 0;
    let shift = 0;
    let axis = 0;
    for (let i = 0; i < text.length; i += 1) {
      const bits = text.charCodeAt(i) - 63;
      value |= (bits & 31) << shift;
      shift += 5;
      if (bits >= 32) continue;
      now[axis] += value & 1 ? ~(value >> 1) : value >> 1;
      if (axis) found.push([now[0] / 1e6, now[1] / 1e6]);
      axis = 1 - axis;
      value = shift = 0;
    }
    return found;
  }

  const lines = (text, depth) => (depth === 1 ? places(text) : text.split(' ,'[depth - 2]).map((part) => lines(part, depth - 1)));

  function geometry([kind, , shape]) {
    if (typeof shape !== 'string') return shape;
    const coordinates = lines(shape, DEPTHS[kind]);
    return { type: kind, coordinates: kind === 'Point' ? coordinates[0] : coordinates };
  }

  class Site {
    constructor(short, i, verdict) {
      this.short = short;
      this.i = i;
      this.id = short.ids[i];
      this.name = short.names[i] === null ? this.id : short.names[i];
      this.verdict = verdict;
      const shape = short.shapes[i];
      this.at = shape && places(shape[1])[0].reverse();
      const words = short.words[i];
      this.shape = shape && (shape[0].endsWith('Point') ? 'point' : shape[0].endsWith('String') ? 'line' : 'area');
      this.ways = short.ways[i];
      this.round = Boolean(shape && shape[3]);
      this.order = words.slice(0, words.indexOf(';')).split(' ').map((one) => short.orders[one]);
    }

    get g() {
      const shape = this.short.shapes[this.i];
      return shape && geometry(shape);
    }

    get box() {
      const bounds = this.at && L.geoJSON(this.g).getBounds();
      return bounds ? [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]] : undefined;
    }

    /** All that is said of the site, made out once. */
    get said() {
      if (this.words) return this.words;
      const [, pool, slots] = this.short.words[this.i].split(';');
      const figures = pool.split(' ');
      let width = 1;
      while (DIGITS.length ** width < figures.length) width += 1;
      let at = 0;
      const next = () => {
        let place = 0;
        for (let k = 0; k < width; k += 1) place = place * DIGITS.length + NUMBERS[slots[at + k]];
        at += width;
        return figures[place];
      };
      const read = (place) => {
        const mine = [];
        const fill = (_, again) => (again === undefined ? mine[mine.push(next()) - 1] : mine[NUMBERS[again]]);
        return JSON.parse(this.short.wordings[place].replace(/\t|\n(.)/g, fill));
      };
      const [[rest], findings, states] = this.order.map((group) => group.map(read));
      return (this.words = { rest, findings, states });
    }

    get findings() {
      return this.said.findings;
    }

    get states() {
      return this.said.states;
    }

    get layers() {
      return this.findings.map((one) => one.layer);
    }
  }

  for (const key of ['summary', 'facts', 'cells']) {
    Object.defineProperty(Site.prototype, key, {
      get() {
        return this.said.rest[key];
      },
    });
  }

  /** A site that came in full, as a server sends it. */
  class WholeSite {
    constructor(whole, i) {
      Object.assign(this, whole);
      this.i = i;
      this.shape = whole.g && (whole.g.type.endsWith('Point') ? 'point' : whole.g.type.endsWith('String') ? 'line' : 'area');
      this.order = [[0], whole.findings, whole.states];
    }

    get box() {
      const bounds = this.g && L.geoJSON(this.g).getBounds();
      return bounds ? [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]] : undefined;
    }

    get layers() {
      return this.findings.map((one) => one.layer);
    }
  }

  e.unpackSites = (given, verdicts) =>
    Array.isArray(given) ? given.map((whole, i) => new WholeSite(whole, i)) : given.ids.map((_, i) => new Site(given, i, verdicts[given.verdicts[i]].key));
})(window.ecozone);
