// Posts the ticket that stands behind the # and goes to the desk. The page's
// <main> carries the sentences for what may go wrong.
(async () => {
  const main = document.querySelector('main')
  const say = (text) => {
    document.querySelector('.first-frame').remove()
    main.textContent = text
  }
  const ticket = location.hash.slice(1)
  history.replaceState(null, '', '/enter') // the ticket leaves the address at once
  if (!ticket) return say(main.dataset.none)
  // A large database takes a while to be checked before it is opened.
  const slow = setTimeout(() => document.getElementById('first-frame-wait').removeAttribute('hidden'), 1000)
  try {
    const answer = await fetch('/enter', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ticket })
    })
    clearTimeout(slow)
    if (answer.ok) {
      location.replace('/')
      return
    }
    if (answer.headers.get('Content-Type').startsWith('text/plain')) return say(await answer.text())
    const problem = await answer.json()
    const known = { 'web.enter.used': 'used', 'people.err.entry_late': 'late', 'people.err.entry': 'late' }
    say(main.dataset[known[problem.key] ?? 'failed'])
  } catch {
    clearTimeout(slow)
    say(main.dataset.failed)
  }
})()
