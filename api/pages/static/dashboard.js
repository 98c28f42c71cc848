// The scripts of all pages: each does its part if the page has what it is for.
import { showLocalTimes } from "./times.js";
import { startCharts } from "./charts.js";
import { startLive } from "./live.js";
import { startTheme } from "./theme.js";

// On a phone the names of the pages are wider than it is
document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
startTheme();
showLocalTimes(document);
startCharts();
startLive();
