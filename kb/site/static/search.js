// The key "/" leads to the search box, unless something is being typed.
document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const box = document.querySelector(".big-search input[type=search]");
    if (box) {
        event.preventDefault();
        box.focus();
        box.select();
    }
});
