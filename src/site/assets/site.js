// The pages work without this script. It adds the visitor's own time to moments, buttons that copy and print, the countdown and the reveal.
'use strict';
(() => {
  const lang = document.documentElement.lang || 'en';
  // Moments in the visitor's own time zone, beside UTC; with the day, where it is another one there.
  try {
    const own = lang === 'en' ? 'en-GB' : lang;
    const clock = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' };
    const today = new Intl.DateTimeFormat(own, clock);
    const other = new Intl.DateTimeFormat(own, { day: 'numeric', month: 'long', ...clock });
    for (const time of document.querySelectorAll('time[datetime]')) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime()) && time.textContent.includes('UTC') && at.getTimezoneOffset() !== 0) {
        time.append(` (${(at.getDate() === at.getUTCDate() ? today : other).format(at)})`);
      }
    }
  } catch { /* an old browser: UTC alone is right, too */ }

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }

  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.copied;
    });
  }

  // Every name that was typed is printed, also where the field does not grow by itself.
  const present = document.getElementById('present');
  present?.addEventListener('input', () => { present.rows = Math.max(5, present.value.split('\n').length); });

  // Paper shows what is folded up on the screen.
  const folded = 'main details:not([open])';
  let unfolded = [];
  addEventListener('beforeprint', () => { unfolded = [...document.querySelectorAll(folded)]; for (const part of unfolded) part.open = true; });
  addEventListener('afterprint', () => { for (const part of unfolded) part.open = false; });

  const live = document.getElementById('live');
  if (!live) return;
  const part = (name) => live.querySelector(`[data-${name}]`);
  const say = (name) => part(`text-${name}`).textContent;
  const list = part('list');
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  let state = live.dataset.state;
  let roundAt = Number(live.dataset.roundAt) * 1000;
  let skew = 0;
  let revealed = false;
  let hurry = false;

  const two = (n) => String(n).padStart(2, '0');
  const tick = () => {
    if (state !== 'sealed' && state !== 'announced') { part('clock').textContent = ''; return; }
    const left = Math.ceil((roundAt - (Date.now() + skew)) / 1000);
    if (left <= 0) {
      part('clock').textContent = '0:00';
      if (state === 'sealed') part('status').textContent = say('now');
    } else {
      const h = Math.floor(left / 3600), m = Math.floor(left / 60) % 60, s = left % 60;
      part('clock').textContent = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
    }
    setTimeout(tick, 250);
  };

  const item = (words, ticket, kind) => {
    const li = document.createElement('li');
    if (kind) li.className = kind;
    li.append(words);
    if (ticket) {
      const small = document.createElement('small');
      small.textContent = `${say('ticket')} ${ticket}`;
      li.append(small);
    }
    list.append(li);
    // Nobody scrolls a screen in a hall.
    if (!still && !hurry) li.scrollIntoView({ block: 'nearest' });
  };
  const words = (text, n) => text.replace('#', n.toLocaleString(lang));
  const wait = (ms) => (still || hurry ? Promise.resolve() : new Promise((done) => setTimeout(done, ms)));

  const reveal = async () => {
    if (revealed) return;
    revealed = true;
    part('status').textContent = say('done');
    part('wait')?.remove();
    const answer = await fetch(live.dataset.reveal);
    if (!answer.ok) { revealed = false; return; }
    const told = await answer.json();
    const controls = part('controls');
    controls.hidden = still;
    part('all').addEventListener('click', () => { hurry = true; });
    if (told.panel) {
      item(words(live.dataset.panel, told.panel.panel), told.panel.ticket, 'panel');
      await wait(2500);
    }
    // A long list is told faster, so that nobody waits for more than about a minute.
    const pause = Math.min(900, 60000 / Math.max(1, told.people.length));
    for (const person of told.people) {
      item(words(live.dataset.place, person.place), person.ticket);
      await wait(pause);
    }
    const rest = told.drawn - told.people.length;
    if (rest > 0) {
      part('rest').textContent = words(live.dataset.more, rest);
      part('rest').hidden = false;
    }
    controls.hidden = true;
  };

  const events = new EventSource(live.dataset.events);
  events.addEventListener('state', (event) => {
    const told = JSON.parse(event.data);
    state = told.state;
    skew = told.now * 1000 - Date.now();
    if (told.round_at) roundAt = told.round_at * 1000;
    if (state === 'drawn' || state === 'vacated' || state === 'annulled') { tick(); reveal(); }
  });
  if (state === 'drawn' || state === 'vacated' || state === 'annulled') reveal();
  tick();
})();
