'use strict';
// Meridians and parallels, with their degrees along the top and the left of the map.
(function (e) {
  const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000]; // seconds of arc
  const ROOM = 120; // px between two lines at least

  const two = (value) => String(value).padStart(2, '0');

  /** Write degrees as degrees, minutes and seconds; seconds only where they matter. */
  e.degrees = function (value, letters, decimals = null) {
    const scale = decimals === null ? 1 : 10 ** decimals;
    const total = Math.round(Math.abs(value) * 3600 * scale);
    const seconds = (total % (60 * scale)) / scale;
    const minutes = Math.floor(total / (60 * scale)) % 60;
    const whole = Math.floor(total / (3600 * scale));
    const fine = decimals !== null || seconds ? `${seconds < 10 ? '0' : ''}${seconds.toFixed(decimals || 0)}″` : '';
    return `${whole}°${two(minutes)}′${fine}${letters[value < 0 ? 1 : 0]}`;
  };

  function ticks(from, to, step) {
    const found = [];
    for (let k = Math.ceil((from * 3600) / step); k * step <= to * 3600; k += 1) found.push((k * step) / 3600);
    return found;
  }

  e.Graticule = L.Layer.extend({
    onAdd(map) {
      const pane = map.getPane('graticule') || map.createPane('graticule');
      pane.style.zIndex = '460';
      pane.style.pointerEvents = 'none';
      this._lines = L.layerGroup().addTo(map);
      this._renderer = L.svg({ pane: 'graticule', padding: 0.3 });
      this._labels = e.h('div', { class: 'graticule-labels', 'aria-hidden': 'true' });
      map.getContainer().append(this._labels);
      map.on('move zoomend resize', this._label, this);
      map.on('moveend zoomend resize', this._draw, this);
      this._draw();
    },

    _step() {
      const map = this._map;
      const size = map.getSize();
      const degreesPerPixel = (map.getBounds().getEast() - map.getBounds().getWest()) / Math.max(size.x, 1);
      return STEPS.find((step) => step / 3600 / degreesPerPixel >= ROOM) || STEPS[STEPS.length - 1];
    },

    _draw() {
      const step = this._step();
      const area = this._map.getBounds().pad(0.3);
      this._lines.clearLayers();
      const style = { renderer: this._renderer, pane: 'graticule', interactive: false, className: 'graticule' };
      for (const x of ticks(area.getWest(), area.getEast(), step)) {
        this._lines.addLayer(L.polyline([[area.getSouth(), x], [area.getNorth(), x]], style));
      }
      for (const y of ticks(area.getSouth(), area.getNorth(), step)) {
        this._lines.addLayer(L.polyline([[y, area.getWest()], [y, area.getEast()]], style));
      }
      this._label();
    },

    _label() {
      const map = this._map;
      const step = this._step();
      const view = map.getBounds();
      const middle = map.getCenter();
      const label = (kind, text, property, value) => {
        const span = e.h('span', { class: kind }, text);
        span.style.setProperty(property, `${Math.round(value)}px`);
        return span;
      };
      // Labels that the frame would cut, or that would meet in the corner, are left out.
      const size = map.getSize();
      const top = document.body.classList.contains('has-schematic') ? 100 : 60;
      const across = ticks(view.getWest(), view.getEast(), step)
        .map((x) => [e.degrees(x, 'EW'), map.latLngToContainerPoint([middle.lat, x]).x])
        .filter(([, x]) => x > 50 && x < size.x - 90)
        .map(([text, x]) => label('meridian', text, 'left', x));
      const up = ticks(view.getSouth(), view.getNorth(), step)
        .map((y) => [e.degrees(y, 'NS'), map.latLngToContainerPoint([y, middle.lng]).y])
        .filter(([, y]) => y > top && y < size.y - 70)
        .map(([text, y]) => label('parallel', text, 'top', y));
      this._labels.replaceChildren(...across, ...up);
    },
  });
})(window.ecozone);
