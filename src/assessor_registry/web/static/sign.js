// How each candidate took the result: one tap for all, then those that differ. Nothing is chosen before.
"use strict";

(() => {
  const ones = [...document.querySelectorAll("[data-one]")];
  for (const one of ones) one.required = true;
  for (const all of document.querySelectorAll("[data-all]"))
    all.addEventListener("change", () => {
      for (const one of ones) one.checked = one.value === all.value;
    });
  // Whoever differs from the rest takes "for all" back, so that the page never says two things.
  for (const one of ones)
    one.addEventListener("change", () => {
      for (const all of document.querySelectorAll("[data-all]")) all.checked = ones.every((each) => each.value !== all.value || each.checked);
    });
})();
