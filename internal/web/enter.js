// Posts the ticket that stands behind the # and goes to the desk. The page's
// <main> carries the sentences for what may go wrong.
(async () => {
  const main = document.querySelector('main')
  const ticket = location.hash.slice(1)
  history.replaceState(null, '', '/enter') // the ticket leaves the address at once
  if (!ticket) {
    main.textContent = main.dataset.none
    return
  }
  try {
    const answer = await fetch('/enter', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ticket })
    })
    if (answer.ok) {
      location.replace('/')
      return
    }
    const problem = await answer.json()
    const known = { 'web.enter.used': 'used', 'people.err.entry_late': 'late', 'people.err.entry': 'late' }
    main.textContent = main.dataset[known[problem.key] ?? 'failed']
  } catch {
    main.textContent = main.dataset.failed
  }
})()
