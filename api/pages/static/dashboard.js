// The scripts of all pages: each does its part if the page has what it is for.
import { showLocalTimes } from "./times.js";
import { startCharts } from "./charts.js";
import { startLive } from "./live.js";
import { startTheme } from "./theme.js";

startTheme();
showLocalTimes(document);
startCharts();
startLive();
