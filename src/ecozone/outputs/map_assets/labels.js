'use strict';
// Names on the map: sites first, worst first, each where there is room; what finds no room waits for a closer zoom.
(function (e) {
  const GAP = 3;
  const SIDES = ['right', 'left', 'below', 'above'];
  // Where a place name may go, in half heights of it: as near its anchor as there is room.
  const MOVES = [[0, 0], [0, -3], [0, 3], [0, -6], [0, 6], [-5, 0], [5, 0], [-5, -4], [5, -4], [-5, 4], [5, 4], [0, -9], [0, 9]];
  const names = new Set();

  /** A place name on the ground: no sign, no clicks. */
  e.nameLabel = function (text, at) {
    const label = e.h('span', { class: 'place-name' }, text);
    const marker = L.marker(at, {
      icon: L.divIcon({ className: 'place', html: label, iconSize: [0, 0] }),
      interactive: false,
      keyboard: false,
      pane: 'places',
    });
    marker.on('add', () => names.add(marker));
    marker.on('remove', () => names.delete(marker));
    return marker;
  };

  const meets = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

  function boxAt(side, at, half, size) {
    const [w, h] = size;
    if (side === 'right') return { x0: at.x + half + GAP, x1: at.x + half + GAP + w, y0: at.y - h / 2, y1: at.y + h / 2 };
    if (side === 'left') return { x0: at.x - half - GAP - w, x1: at.x - half - GAP, y0: at.y - h / 2, y1: at.y + h / 2 };
    const top = side === 'below' ? at.y + half + GAP : at.y - half - GAP - h;
    return { x0: at.x - w / 2, x1: at.x + w / 2, y0: top, y1: top + h };
  }

  /** Place all labels for the present view. `markers` are sites' markers, the most important first. */
  e.placeLabels = function (map, markers) {
    const taken = [];
    const signs = markers.map((marker) => {
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const half = marker.getElement().offsetWidth / 2;
      return { marker, at, half, box: { x0: at.x - half, x1: at.x + half, y0: at.y - half, y1: at.y + half } };
    });
    const sizes = signs.map(({ marker }) => {
      const label = marker.getElement().querySelector('.site-name');
      return [label, [label.offsetWidth, label.offsetHeight]];
    });
    signs.forEach((sign) => taken.push(sign.box));
    signs.forEach((sign, i) => {
      const [label, size] = sizes[i];
      const side = SIDES.find((one) => {
        const box = boxAt(one, sign.at, sign.half, size);
        return !taken.some((other) => other !== sign.box && meets(box, other));
      });
      label.className = 'site-name ' + (side || 'hidden');
      if (side) taken.push(boxAt(side, sign.at, sign.half, size));
    });
    for (const marker of names) {
      const label = marker.getElement().querySelector('.place-name');
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const [w, h] = [label.offsetWidth / 2, label.offsetHeight / 2];
      const place = MOVES.map(([x, y]) => ({ x: x * h, y: y * h })).find(({ x, y }) => {
        const box = { x0: at.x + x - w, x1: at.x + x + w, y0: at.y + y - h, y1: at.y + y + h };
        return !taken.some((other) => meets(box, other)) && taken.push(box);
      });
      label.classList.toggle('hidden', !place);
      if (place) {
        label.style.left = `${Math.round(place.x)}px`;
        label.style.top = `${Math.round(place.y)}px`;
      }
    }
  };
})(window.ecozone);
