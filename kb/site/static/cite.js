// The buttons that copy a reference. Without it the text is there to be selected.
"use strict";
(() => {
	const said = document.querySelector('[data-do="said"]');

	function select(text) {
		const range = document.createRange();
		range.selectNodeContents(text);
		const selection = getSelection();
		selection.removeAllRanges();
		selection.addRange(range);
	}

	async function copy(button) {
		const text = document.getElementById(button.dataset.copy);
		select(text);
		try {
			await navigator.clipboard.writeText(text.textContent);
			button.textContent = "Copied";
		} catch {
			// an address without https, or a person who said no: what is selected can be copied by hand
			button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
		}
		said.textContent = button.textContent;
		setTimeout(() => { button.textContent = "Copy"; }, 2000);
	}

	for (const button of document.querySelectorAll("[data-copy]")) {
		button.hidden = false;
		button.addEventListener("click", () => copy(button));
	}
})();
