'use strict';
// The tables beside the map: real tables, sorted and searched, of which only the rows in sight are made.
(function (e) {
  const WHOLE = 150; // up to so many rows are all made, with their texts in full
  const PRINTED = 1000; // rows of one table on paper
  const AROUND = 12; // rows made beyond each edge
  const collator = new Intl.Collator(document.documentElement.lang || 'zh-CN', { numeric: true });
  const numberOf = (text) => {
    const found = /^[-+−]?[\d,]*\.?\d+/.exec(text);
    return found ? Number(found[0].replace(/,/g, '').replace('−', '-')) : null;
  };

  /** What two cells are told apart by: a number by its size, a verdict by its rank, a text as it is read. Empty ones come last. */
  function compared(column, a, b, down) {
    const key = column.kind === 'number' ? numberOf : column.kind === 'verdict' ? (one) => (one ? e.rankOf(one) : null) : (one) => one || null;
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    return (typeof x === 'string' ? collator.compare(x, y) : x - y) * (down ? -1 : 1);
  }

  const shownText = (column, value) => (column.kind === 'verdict' ? e.verdictWords[value] || value : value);

  function cellOf(column, value, whole) {
    const text = value === null || value === undefined ? '' : String(value);
    const cell = e.h(column.head ? 'th' : 'td', { class: column.kind, scope: column.head ? 'row' : null });
    if (column.kind === 'verdict' && text) cell.append(e.verdictTag(text));
    else cell.textContent = text;
    if (!whole && column.kind === 'long') cell.title = text;
    return cell;
  }

  /** A table on its way to the page: `kind` = {key, title, note, columns, rows(), cells(row), site(row)}. */
  class Table {
    constructor(kind) {
      this.kind = kind;
      this.order = null;
      this.sought = '';
      this.partial = Boolean(kind.part);
      this.head = e.h('tr', { 'aria-rowindex': 1 }, kind.columns.map((column, i) => this.heading(column, i)));
      this.body = e.h('tbody');
      this.above = e.h('tbody', { class: 'room', 'aria-hidden': 'true' });
      this.below = e.h('tbody', { class: 'room', 'aria-hidden': 'true' });
      this.table = e.h('table', { 'aria-label': kind.title }, e.h('thead', {}, this.head), this.above, this.body, this.below);
      this.box = e.h('div', { class: 'rows', tabindex: 0, role: 'region', 'aria-label': kind.title }, this.table);
      this.count = e.h('p', { class: 'row-count', role: 'status' });
      this.box.addEventListener('scroll', () => this.draw());
      this.body.addEventListener('click', (event) => this.chosen(event.target.closest('tr'), false));
      this.body.addEventListener('keydown', (event) => this.pressed(event));
      this.element = e.h('div', { class: 'table-page' }, this.bar(), kind.note && e.h('p', { class: 'table-note' }, kind.note), this.box);
    }

    bar() {
      const search = e.h('input', { type: 'search', class: 'search', placeholder: e.t('table_search'), 'aria-label': e.t('table_search') });
      let waiting = 0;
      search.addEventListener('input', () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          this.sought = search.value.trim().toLowerCase();
          this.renew();
        }, 150);
      });
      const part = this.kind.part && e.h('input', { type: 'checkbox', change: (event) => ((this.partial = event.target.checked), this.renew()) });
      if (part) part.checked = true;
      return e.h('div', { class: 'table-bar' }, search, part && e.h('label', {}, part, ' ', this.kind.part.title), this.count);
    }

    heading(column, i) {
      const button = e.h('button', { type: 'button', click: () => this.sort(i) }, column.title, e.h('span', { class: 'arrow', 'aria-hidden': 'true' }));
      return e.h('th', { scope: 'col', class: column.kind, 'aria-sort': 'none' }, button);
    }

    /** The rows that filter and search let through, in the order asked for. */
    passing() {
      const { kind } = this;
      let rows = kind.rows();
      if (kind.verdict) rows = rows.filter((row) => e.passes(kind.site(row)));
      if (this.partial) rows = rows.filter(kind.part.keep);
      if (this.sought) {
        const holds = (row) => kind.cells(row).some((value, i) => String(shownText(kind.columns[i], value) || '').toLowerCase().includes(this.sought));
        rows = rows.filter(holds);
      }
      if (!this.order) return rows;
      const { column, down } = this.order;
      const keyed = rows.map((row, i) => [kind.cells(row)[column], row, i]);
      keyed.sort((a, b) => compared(kind.columns[column], a[0], b[0], down) || a[2] - b[2]);
      return keyed.map(([, row]) => row);
    }

    sort(column) {
      const same = this.order && this.order.column === column;
      this.order = { column, down: same ? !this.order.down : false };
      [...this.head.children].forEach((cell, i) => cell.setAttribute('aria-sort', i === column ? (this.order.down ? 'descending' : 'ascending') : 'none'));
      this.renew();
    }

    /** Make out the rows anew; only the table that is looked at does. */
    renew() {
      this.rows = this.passing();
      const all = this.kind.rows().length;
      this.count.textContent = e.t(this.rows.length === all ? 'rows_all' : 'rows_some', { shown: this.rows.length, all });
      this.table.setAttribute('aria-rowcount', String(this.rows.length + 1));
      this.box.scrollTop = 0;
      this.from = -1;
      this.draw();
    }

    row(row, at, whole) {
      const { kind } = this;
      const site = kind.site && kind.site(row);
      const cells = kind.cells(row).map((value, i) => cellOf(kind.columns[i], value, whole));
      const made = e.h('tr', { 'aria-rowindex': at + 2, class: site ? 'of-site' : null, tabindex: site ? -1 : null }, cells);
      if (site && site === e.selectedSite()) made.setAttribute('aria-current', 'true');
      made.dataset.at = String(at);
      return made;
    }

    draw() {
      if (!this.rows) return;
      const { rows } = this;
      const whole = rows.length <= WHOLE;
      this.box.classList.toggle('whole', whole);
      const height = e.rowHeight();
      const sight = Math.ceil((this.box.clientHeight || 400) / height);
      const from = whole ? 0 : Math.max(0, Math.min(rows.length - sight, Math.floor(this.box.scrollTop / height)) - AROUND);
      const to = whole ? rows.length : Math.min(rows.length, from + sight + 2 * AROUND);
      if (from === this.from && to === this.to) return;
      this.from = from;
      this.to = to;
      const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.at : null;
      this.body.replaceChildren(...rows.slice(from, to).map((row, i) => this.row(row, from + i, whole)));
      this.space(this.above, from * height);
      this.space(this.below, (rows.length - to) * height);
      const first = this.body.querySelector('.of-site');
      if (first) first.tabIndex = 0;
      const kept = focused !== null && this.body.querySelector(`tr[data-at="${focused}"]`);
      if (kept) kept.focus({ preventScroll: true });
      else if (focused !== null) this.box.focus({ preventScroll: true });
    }

    space(body, height) {
      if (!height) return body.replaceChildren();
      const cell = e.h('td', { colspan: this.kind.columns.length });
      cell.style.height = `${height}px`;
      return body.replaceChildren(e.h('tr', {}, cell));
    }

    /** Bring a row into sight. */
    reach(at) {
      if (!this.box.classList.contains('whole')) {
        const height = e.rowHeight();
        const seen = [this.box.scrollTop, this.box.scrollTop + this.box.clientHeight - 2 * height];
        if (at * height < seen[0] || at * height > seen[1]) this.box.scrollTop = Math.max(0, at * height - this.box.clientHeight / 3);
        this.draw();
      }
      const row = this.body.querySelector(`tr[data-at="${at}"]`);
      if (row && this.box.classList.contains('whole')) row.scrollIntoView({ block: 'nearest' });
      return row;
    }

    focus(at) {
      const row = this.reach(at);
      if (!row) return;
      this.body.querySelectorAll('tr[tabindex="0"]').forEach((one) => (one.tabIndex = -1));
      row.tabIndex = 0;
      row.focus({ preventScroll: true });
    }

    chosen(row, focus) {
      const site = row && this.kind.site && this.kind.site(this.rows[Number(row.dataset.at)]);
      if (site) e.openSite(site, { zoom: true, focus });
    }

    pressed(event) {
      const row = event.target.closest('tr');
      const page = Math.max(1, Math.floor(this.box.clientHeight / e.rowHeight()) - 2);
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
      if (event.key === 'Enter') this.chosen(row, true);
      if (step === undefined) return;
      event.preventDefault();
      this.focus(Math.max(0, Math.min(this.rows.length - 1, Number(row.dataset.at) + step)));
    }

    /** Mark the rows of the site that is open, and show the first of them. */
    mark(site, follow) {
      if (!this.kind.site || !this.rows) return;
      for (const row of this.body.children) {
        if (site && this.kind.site(this.rows[Number(row.dataset.at)]) === site) row.setAttribute('aria-current', 'true');
        else row.removeAttribute('aria-current');
      }
      const at = site && follow ? this.rows.findIndex((row) => this.kind.site(row) === site) : -1;
      if (at >= 0) this.reach(at);
    }

    /** All rows in full, for paper. */
    print() {
      const rows = this.kind.paper === false ? [] : this.passing();
      const columns = this.kind.columns.filter((column) => column.paper !== false);
      const cells = (row) => this.kind.cells(row).map((value, i) => [this.kind.columns[i], value]).filter(([column]) => column.paper !== false);
      const body = e.h('tbody', {}, rows.slice(0, PRINTED).map((row) => e.h('tr', {}, cells(row).map(([column, value]) => cellOf(column, value, true)))));
      const head = e.h('tr', {}, columns.map((column) => e.h('th', { scope: 'col', class: column.kind }, column.title)));
      const rest = rows.length - PRINTED;
      return rows.length
        ? e.h('section', { class: 'printed' }, e.h('h2', {}, this.kind.title), this.kind.note && e.h('p', {}, this.kind.note), e.h('table', { 'aria-label': this.kind.title }, e.h('thead', {}, head), body), rest > 0 ? e.h('p', {}, e.t('print_cut', { shown: PRINTED, rest })) : null)
        : null;
    }
  }

  e.Table = Table;
})(window.ecozone);
