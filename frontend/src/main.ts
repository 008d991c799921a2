import { mount } from 'svelte'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import App from './App.svelte'
import { tick } from './lib/time.svelte.ts'
import { watchView } from './lib/view.svelte.ts'

watchView()
const target = document.getElementById('app')
if (target) mount(App, { target })
setInterval(() => tick(Date.now()), 30_000)
