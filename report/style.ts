/** How our pages look. They load nothing: no script, no font, no picture. */
import { Html, html, type Content } from './html';

const CSS = `
:root{color-scheme:light dark;--ground:#f6f7fb;--card:#fff;--text:#23263b;--quiet:#676b85;--line:#e1e4f0;--link:#3a4bc4;--good:#11734a;--goodbg:#e2f5eb;--wait:#79570a;--waitbg:#fdf1d4;--bad:#b3261e;--badbg:#fde7e5;--hold:#6a3fb5;--holdbg:#efe7fc;--heal:#b1551a;--bar:#5a6bd8}
@media (prefers-color-scheme:dark){:root{--ground:#16182a;--card:#202338;--text:#e6e8f5;--quiet:#9ca1bf;--line:#343852;--link:#a6b1ff;--good:#6fdba6;--goodbg:#173a2b;--wait:#f1cf7d;--waitbg:#3d3315;--bad:#ff9d94;--badbg:#4a211e;--hold:#cbb2ff;--holdbg:#35284f;--heal:#ffb27d;--bar:#8b99f2}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1240px;margin:0 auto;padding:24px}h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 10px}
a{color:var(--link)}nav{margin-bottom:14px;font-size:14px}.quiet{color:var(--quiet)}.small{font-size:13px}.right{text-align:right}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;margin:0 0 14px}
.row{display:flex;gap:12px 26px;flex-wrap:wrap;align-items:baseline}.row dt{color:var(--quiet);font-size:13px}.row dd{margin:0;font-weight:600}.row div{min-width:110px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:top}th{font-size:13px;color:var(--quiet);font-weight:600}td.value{overflow-wrap:anywhere}.scroll{overflow-x:auto}
.badge{display:inline-block;border-radius:999px;padding:1px 9px;font-size:13px;white-space:nowrap;background:var(--line)}
.in-sync,.healthy{color:var(--good);background:var(--goodbg)}.pending,.new,.paused{color:var(--wait);background:var(--waitbg)}.failed,.failing,.stale{color:var(--bad);background:var(--badbg)}.held,.dropped{color:var(--hold);background:var(--holdbg)}.removed{color:var(--quiet)}
.healed{color:var(--heal);font-size:13px;white-space:nowrap}.trouble{white-space:pre-line;color:var(--bad);margin:10px 0 0}.error{color:var(--bad);font-size:13px}
.button,button{display:inline-block;border:1px solid var(--line);background:var(--card);color:var(--link);border-radius:8px;padding:6px 14px;font:inherit;text-decoration:none;cursor:pointer}button.go{background:var(--link);border-color:var(--link);color:var(--card)}
input[type=search]{font:inherit;padding:6px 12px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit;width:min(340px,60vw)}form{display:inline}
progress{width:220px;height:12px;accent-color:var(--bar);vertical-align:middle}.notice{border-left:4px solid var(--good)}.pages{display:flex;gap:12px;margin:12px 0}
svg text{fill:var(--quiet);font:11px system-ui,sans-serif}svg .t{fill:var(--text);font-weight:600;font-size:13px}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:14px}.charts .card{margin:0}
`;

/** A whole page. `refresh`: seconds after which it loads itself anew. */
export function page(title: string, body: Content, { refresh }: { refresh?: number } = {}): string {
	return html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="robots" content="noindex" />
				${refresh !== undefined && html`<meta http-equiv="refresh" content="${refresh}" />`}
				<title>${title}</title>
				<style>
					${new Html(CSS)}
				</style>
			</head>
			<body>
				<main>${body}</main>
			</body>
		</html>`.text;
}
