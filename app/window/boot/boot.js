// Goes to the desk with a new ticket, or says that it does not answer.
const say = document.getElementById('say')
const again = document.getElementById('again')

async function open() {
  again.hidden = true
  say.textContent = say.dataset.opening
  try {
    // Wails' scheme needs a body on a POST; what it holds does not matter.
    const answer = await fetch('/ticket', { method: 'POST', body: 'ticket' })
    if (!answer.ok) throw new Error(answer.statusText)
    location.replace(await answer.text())
  } catch {
    say.textContent = say.dataset.failed
    again.hidden = false
    again.focus()
  }
}

again.addEventListener('click', open)
open()
