'use strict';
// A field with a list that narrows while one writes (the combobox of ARIA 1.2), for a vocabulary too long for a menu.
(function (e) {
  const SHOWN = 60;
  let count = 0;

  /**
   * `entries` = [{key, label, hint, words}]; `chosen` a key or ''; `change(key)` is called when a choice is made.
   * What is written and is no entry's name changes nothing: the field goes back to the choice.
   */
  e.combobox = function ({ entries, chosen = '', label, placeholder = '', empty = null, change }) {
    const id = `combo-${(count += 1)}`;
    const all = empty === null ? entries : [{ key: '', label: empty, hint: '', words: '' }, ...entries];
    const of = (key) => all.find((one) => one.key === key);
    let key = chosen;
    let found = all;
    let at = -1;
    const input = e.h('input', {
      type: 'text',
      id,
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': id + '-list',
      'aria-label': label,
      placeholder,
      autocomplete: 'off',
      spellcheck: 'false',
    });
    const list = e.h('ul', { id: id + '-list', role: 'listbox', 'aria-label': label, hidden: true });
    const clear = e.h('button', { type: 'button', class: 'combo-clear', 'aria-label': e.p('clear_choice'), title: e.p('clear_choice'), tabindex: -1 }, '×');
    const part = e.h('div', { class: 'combo' }, input, clear, list);

    const shownText = () => (key === '' && empty !== null ? '' : (of(key) || { label: '' }).label);
    const settle = () => {
      input.value = shownText();
      clear.hidden = key === '';
    };

    function draw() {
      list.replaceChildren(
        ...(found.length
          ? found.slice(0, SHOWN).map((one, i) =>
              e.h(
                'li',
                { id: `${id}-${i}`, role: 'option', 'aria-selected': String(i === at), class: one.key === key ? 'chosen' : null, mousedown: (event) => (event.preventDefault(), choose(one)) },
                e.h('span', {}, one.label),
                one.hint && e.h('small', {}, one.hint)
              )
            )
          : [e.h('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false', class: 'none' }, e.p('no_such_type'))])
      );
      if (at >= 0) {
        input.setAttribute('aria-activedescendant', `${id}-${at}`);
        list.children[at].scrollIntoView({ block: 'nearest' });
      } else input.removeAttribute('aria-activedescendant');
    }

    function narrow() {
      const sought = input.value.trim().toLowerCase();
      const wanted = sought.split(/\s+/);
      const holds = (one) => wanted.every((word) => `${one.label} ${one.key} ${one.words}`.toLowerCase().includes(word));
      found = sought && sought !== shownText().toLowerCase() ? all.filter(holds) : all;
      // What begins with the words written stands before what only holds them.
      if (found !== all) found = [...found].sort((a, b) => b.label.toLowerCase().startsWith(sought) - a.label.toLowerCase().startsWith(sought));
      at = found === all ? all.findIndex((one) => one.key === key) : found.length ? 0 : -1;
    }

    function open() {
      narrow();
      if (list.hidden) {
        list.hidden = false;
        input.setAttribute('aria-expanded', 'true');
        const frame = input.closest('.work') || document.documentElement;
        const room = frame.getBoundingClientRect().bottom - input.getBoundingClientRect().bottom;
        list.classList.toggle('upward', room < 260);
      }
      draw();
    }

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }

    function choose(one) {
      key = one.key;
      close();
      settle();
      change(key);
    }

    input.addEventListener('input', open);
    input.addEventListener('click', () => list.hidden && (input.select(), open()));
    input.addEventListener('blur', () => (close(), settle()));
    input.addEventListener('keydown', (event) => {
      const last = Math.min(found.length, SHOWN) - 1;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (list.hidden) return open();
        at = event.key === 'ArrowDown' ? (at >= last ? 0 : at + 1) : at <= 0 ? last : at - 1;
        draw();
      } else if (event.key === 'Enter' && !list.hidden) {
        event.preventDefault();
        if (at >= 0 && found[at]) choose(found[at]);
      } else if (event.key === 'Escape' && !list.hidden) {
        event.stopPropagation();
        close();
        settle();
      }
      return undefined;
    });
    clear.addEventListener('click', () => (choose({ key: '' }), input.focus()));
    settle();
    return {
      part,
      input,
      set(next) {
        key = next;
        settle();
      },
    };
  };
})(window.ecozone);
