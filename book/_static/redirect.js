// On the page of an old address: go on, and keep the place in the page or the explorer's setting.
"use strict";

const target = new URL(document.querySelector("a").href);
target.hash = location.hash;
location.replace(target);
