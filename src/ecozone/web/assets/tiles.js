'use strict';
// Tiles of land cover, of its change and of the basemap. They are asked for like everything else on this page: a token
// goes with them, and what the server says beside a picture is heard.
(function (e) {
  const NOTICE = 'X-Ecozone-Notice';
  const CLASSES = 'X-Ecozone-Classes';

  const Tiles = L.GridLayer.extend({
    initialize(address, options) {
      this.address = address;
      L.setOptions(this, options);
      this.on('tileunload', ({ tile }) => tile.stop.abort());
    },

    createTile(place, done) {
      const image = e.h('img', { alt: '', class: 'own-tile' });
      image.stop = new AbortController();
      this.fetchInto(image, place).then(
        () => done(null, image),
        (error) => done(error, image)
      );
      return image;
    },

    async fetchInto(image, place) {
      const path = this.address.replace(/\{([zxy])\}/g, (_, name) => String(place[name]));
      const answer = await fetch(path, { headers: e.authorised(), signal: image.stop.signal, redirect: 'error' });
      if (!answer.ok) {
        const problem = await answer.json().catch(() => null);
        if (problem && problem.message) this.fire('problem', { problem });
        throw new Error(`tile: ${answer.status}`);
      }
      const notice = answer.headers.get(NOTICE);
      if (notice) this.fire('notice', { notice });
      const classes = answer.headers.get(CLASSES);
      if (classes) this.fire('classes', { codes: classes.split(',').map(Number) });
      const url = URL.createObjectURL(await answer.blob());
      try {
        image.src = url;
        await image.decode();
      } finally {
        URL.revokeObjectURL(url);
      }
    },
  });

  /** A layer of tiles: `address` with {z}, {x} and {y}. It fires `notice` ({notice}), `problem` ({problem}) and
   *  `classes` ({codes}: those of land cover on a tile). */
  e.tiles = (address, options) => new Tiles(address, { maxZoom: 22, updateWhenZooming: false, keepBuffer: 1, ...options });

  /** Put the basemap under everything, where the server was started with one. */
  e.addBasemap = function (map) {
    const about = e.district.basemap;
    if (!about) return;
    map.createPane('basemap').style.zIndex = '150';
    const credit = e.h('p', { class: 'basemap-credit', role: 'status' }, about.attribution);
    const said = new Set();
    const bounds = about.box ? { bounds: L.latLngBounds(about.box) } : {};
    for (const layer of about.layers) {
      const tiles = e.tiles(`${about.url}?layer=${encodeURIComponent(layer)}`, { pane: 'basemap', minZoom: about.min_zoom, maxNativeZoom: about.max_zoom, ...bounds });
      tiles.on('notice', ({ notice }) => {
        if (said.has(notice)) return;
        said.add(notice);
        credit.textContent = `${about.attribution} · ${e.p('tiles_' + notice)}`;
      });
      tiles.addTo(map);
    }
    map.getContainer().append(credit);
  };
})(window.ecozone);
