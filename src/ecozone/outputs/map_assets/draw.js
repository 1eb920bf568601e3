'use strict';
// The beginning: folium's map comes in, the page is drawn.
window.ecozone.draw = function (map) {
  const e = window.ecozone;
  e.read();
  e.map = map;
  map.setMinZoom(4).setMaxZoom(19);
  document.body.classList.toggle('has-schematic', Boolean(e.data.schematic));
  const places = map.createPane('places');
  places.style.zIndex = '590';
  places.style.pointerEvents = 'none';
  const home = (e.home = () => {
    const legend = map.getContainer().querySelector('.legend');
    const wide = map.getSize().x > 3.5 * legend.offsetWidth;
    map.fitBounds(e.data.box, {
      animate: false,
      paddingTopLeft: [36, e.data.schematic ? 66 : 36],
      paddingBottomRight: [wide ? legend.offsetWidth + 30 : 24, 48],
    });
  });
  e.definePatterns();
  e.drawZones(map);
  new e.Graticule().addTo(map);
  e.drawTables();
  e.drawPanel();
  e.drawFrame(map, home);
  map.invalidateSize({ animate: false });
  home();
  // Last, so that thousands of shapes are brought to the screen once.
  e.drawSites(map);
  e.drawWays(map);
  document.documentElement.classList.add('drawn');
};
