/** The page's style: readable on a phone, in dark mode and on paper, with colours that the colour-blind can tell apart. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--panel:#f4f6f8;--line:#d0d7de;--accent:#0b5cad;
--true:#2b7bba;--over:#d9480f;--missing:#8250df;--bad:#a4260a;--maybe:#7a4d00}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#a3acb6;--paper:#0d1117;--panel:#161b22;--line:#3a424c;--accent:#7cb7ff;
--true:#4a9fe0;--over:#ff8a4c;--missing:#b392f0;--bad:#ff9d85;--maybe:#e3b341}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem 1rem 3rem;max-width:72rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.15rem;margin:2rem 0 .6rem;line-height:1.3}
p{margin:.4rem 0}.note,.scope{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.6rem;margin:1rem 0;padding:0}
.tiles div{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.5rem .75rem}
.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums}
.tiles .wrong dd{color:var(--bad)}
svg.wide,svg.narrow{display:block;width:100%;height:auto}svg.narrow{display:none}
svg text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
.grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--soft);stroke-width:1}
.true{fill:var(--true)}.over{fill:var(--over)}.missing{fill:none;stroke:var(--missing);stroke-width:1.5}
.app0{fill:#d55e00}.app1{fill:#0072b2}.app2{fill:#009e73}.app3{fill:#cc79a7}.app4{fill:#e0a200}.app5{fill:#56b4e9}.app6{fill:#8c959f}
.hit{fill:transparent}.hit:hover{fill:var(--soft);fill-opacity:.15}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.4rem 0;padding:0;font-size:.9rem}
.key{width:.8rem;height:.8rem;overflow:visible}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:0 2rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600}tbody th{font-weight:500}
.numbers td,.numbers th+th,.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.numbers{max-width:34rem}
summary{cursor:pointer;color:var(--accent);padding:.3rem 0}
form{display:flex;flex-wrap:wrap;gap:.6rem;margin:.6rem 0;padding:0}
label{display:flex;flex-direction:column;font-size:.85rem;color:var(--soft);flex:1 1 9rem;min-width:0}
label.text{flex-grow:2}
input,select{font:inherit;font-size:1rem;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:.35rem;padding:.4rem .5rem;width:100%;min-height:2.6rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.out{display:none}#findings td{overflow-wrap:break-word}#findings .student{overflow-wrap:anywhere;min-width:9rem}#findings .why{min-width:16rem;width:44%}#findings .ids{overflow-wrap:anywhere}.verdict{font-weight:650}.confirmed .verdict{color:var(--bad)}.probable .verdict{color:var(--maybe)}
.why p{margin:0 0 .2rem}.ids{color:var(--soft);font-size:.8rem}.day,.kind{white-space:nowrap}
ul.plain{padding-left:1.2rem;margin:.3rem 0}
@media (max-width:640px){.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}svg.wide{display:none}svg.narrow{display:block}
#findings thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
#findings table,#findings tbody,#findings tr,#findings td{display:block}
#findings tr{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .75rem;margin:.6rem 0}#findings tr.out{display:none}
#findings td{border:0;padding:.1rem 0;text-align:left}#findings .student,#findings .why{min-width:0;width:auto}
#findings td:not(.why)::before{content:attr(data-name) ": ";color:var(--soft);font-weight:400}}
@page{margin:12mm}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--panel:#fff;--line:#999;--true:#2b7bba;--over:#d9480f;--missing:#8250df;--bad:#a4260a;--maybe:#7a4d00}
body{max-width:none;padding:0;font-size:9.5pt}form,details,.screen{display:none}.tiles{grid-template-columns:repeat(4,minmax(0,1fr))}
svg.wide{display:block}svg.narrow{display:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}tr,svg,.legend{break-inside:avoid}
#findings table,#findings thead,#findings tbody{display:block;position:static;clip-path:none;width:auto;height:auto;overflow:visible}
#findings tr,#findings tr.out{display:grid;grid-template-columns:6em 6.5em minmax(0,1fr) 6em 8em 7em 3em;gap:0 .6em;border:0;border-bottom:1px solid var(--line);border-radius:0;margin:0;padding:.35rem 0}
#findings td,#findings th{display:block;border:0;padding:0}#findings td.number{text-align:right}#findings .why{grid-column:1/-1;width:auto;min-width:0;padding-left:1rem}#findings .student{min-width:0}
#findings td:not(.why)::before{content:none}#findings th:last-child{display:none}}
`;
