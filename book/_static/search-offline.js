// A page opened from disk may not fetch another: search shows titles there, without excerpts.
"use strict";
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
