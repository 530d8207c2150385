// SPDX-License-Identifier: Apache-2.0
// Before anything is painted, so that a page in the chosen colors never flashes in the others.
try {
    const chosen = localStorage.getItem("needletail.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
    // Storage is switched off in this browser: the system's colors it is.
}
