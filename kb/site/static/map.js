// Comforts of the pictures: find, pick out, draw nearer, move, walk from dot to dot.
"use strict";
(() => {
	const DEEPEST = 16, SLACK = 0.5, MOVED = 4;
	const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
	const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
	const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

	function explore(root) {
		const part = (name) => root.querySelector(`[data-do="${name}"]`);
		const canvas = part("canvas"), card = part("card"), svg = canvas.querySelector("svg");
		const nodes = readNodes(svg), pairs = readPairs(svg, nodes);
		const view = makeView(canvas, svg);
		const light = makeLight(canvas, svg, nodes, pairs, card);
		for (const name of ["tools", "how"]) part(name).hidden = false;
		canvas.classList.add("live");
		part("in").onclick = () => view.zoom(2);
		part("out").onclick = () => view.zoom(0.5);
		part("reset").onclick = view.reset;
		walk(canvas, nodes, view, light);
		drag(canvas, view);
		filter(root, svg, nodes, part);
	}

	function readNodes(svg) {
		const words = new Map([...svg.querySelectorAll("[data-n]")].map((one) => [one.dataset.n, one]));
		return [...svg.querySelectorAll("a.node")].map((link, number) => {
			const circle = link.querySelector("circle"), title = link.querySelector("title");
			const text = title.textContent;
			link.setAttribute("aria-label", text);
			title.remove(); // the card shows it
			link.setAttribute("tabindex", number ? -1 : 0);
			const x = +circle.getAttribute("cx"), y = +circle.getAttribute("cy");
			const shown = [link, words.get(String(number))].filter(Boolean);
			return { link, number, x, y, text, shown, folded: plain(text), k: link.dataset.k, near: new Set() };
		});
	}

	function readPairs(svg, nodes) {
		const pairs = svg.dataset.links?.split(" ").map((pair) => pair.split(",").map(Number)) || [];
		for (const [a, b] of pairs) { nodes[a].near.add(b); nodes[b].near.add(a); }
		return pairs;
	}

	// Moved as a whole, so that a frame costs no drawing; drawn anew at rest.
	function makeView(canvas, svg) {
		let k = 1, x = 0, y = 0, rest = 0;
		function settle() {
			svg.classList.remove("moved", "gliding");
			svg.dataset.zoom = 2 ** Math.min(Math.floor(Math.log2(k)), 3);
		}
		function apply(glides) {
			const width = canvas.clientWidth, height = canvas.clientHeight;
			x = clamp(x, width * (SLACK - k), width * SLACK);
			y = clamp(y, height * (SLACK - k), height * SLACK);
			svg.classList.add("moved");
			svg.classList.toggle("gliding", Boolean(glides));
			svg.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
			canvas.classList.toggle("near", k > 1);
			clearTimeout(rest);
			rest = setTimeout(settle, 250);
		}
		const view = {
			isNear: () => k > 1,
			move(dx, dy) { x += dx; y += dy; apply(); },
			zoom(factor, at, glides = true) {
				const [px, py] = at || [canvas.clientWidth / 2, canvas.clientHeight / 2];
				const to = clamp(k * factor, 1, DEEPEST);
				x = px - (px - x) * (to / k); y = py - (py - y) * (to / k);
				k = to;
				if (k === 1 && factor < 1) x = y = 0;
				apply(glides);
			},
			reset() { k = 1; x = y = 0; apply(true); },
			reveal(link) {
				const frame = canvas.getBoundingClientRect(), box = link.getBoundingClientRect(), edge = 30;
				const dx = Math.max(frame.left + edge - box.left, 0) + Math.min(frame.right - edge - box.right, 0);
				const dy = Math.max(frame.top + edge - box.top, 0) + Math.min(frame.bottom - edge - box.bottom, 0);
				if (dx || dy) view.move(dx, dy);
			},
		};
		return view;
	}

	// The dot pointed at or focused, its neighbours, the lines to them.
	function makeLight(canvas, svg, nodes, pairs, card) {
		const trace = document.createElementNS(svg.namespaceURI, "path");
		trace.setAttribute("class", "trace");
		nodes[0].link.parentNode.before(trace);
		const steps = svg.dataset.shape === "steps";
		let lit = null;
		function curve(a, b) {
			const x = (a.x + b.x) / 2 - (steps && a.x === b.x ? 22 : 0), y = (a.y + b.y) / 2, bent = (b.y - a.y) * 0.13;
			const way = steps ? `C${x} ${a.y} ${x} ${b.y}` : `Q${x + bent} ${y - (b.x - a.x) * 0.13}`;
			return `M${a.x} ${a.y}${way} ${b.x} ${b.y}`;
		}
		function show(node) {
			if (node === lit) return;
			lit = node;
			svg.classList.toggle("lit", Boolean(node));
			card.hidden = !node;
			for (const one of nodes) {
				const on = Boolean(node && (one === node || node.near.has(one.number)));
				for (const shown of one.shown) shown.classList.toggle("on", on);
			}
			const own = node ? pairs.filter((pair) => pair.includes(node.number)) : [];
			trace.setAttribute("d", own.map(([a, b]) => curve(nodes[a], nodes[b])).join(""));
			if (!node) return;
			card.textContent = node.text;
			card.classList.toggle("above", middle(canvas, node.link)[1] > canvas.clientHeight / 2);
		}
		const find = (event) => nodes.find((one) => one.link === event.target.closest("a.node")) || null;
		svg.onpointerover = (event) => { if (!event.buttons) show(find(event)); };
		svg.onpointerleave = () => show(null);
		svg.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) show(find(event)); });
		svg.addEventListener("focusout", () => show(null));
		return { show };
	}

	// Arrows go to the nearest dot in their direction.
	function walk(canvas, nodes, view, light) {
		function next(from, [dx, dy]) {
			let best = null, least = Infinity;
			for (const one of nodes) {
				const ahead = (one.x - from.x) * dx + (one.y - from.y) * dy;
				const aside = Math.abs((one.x - from.x) * dy) + Math.abs((one.y - from.y) * dx);
				const far = ahead + 2 * aside;
				if (one !== from && ahead > 0 && far < least && !one.link.classList.contains("off")) [best, least] = [one, far];
			}
			return best;
		}
		function go(from, to) {
			from.link.setAttribute("tabindex", -1);
			to.link.setAttribute("tabindex", 0);
			to.link.focus({ preventScroll: true });
			view.reveal(to.link);
		}
		canvas.onkeydown = (event) => {
			const from = nodes.find((one) => one.link === document.activeElement);
			if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
			const to = STEPS[event.key] && next(from, STEPS[event.key]);
			if (to) go(from, to);
			else if (event.key === "+" || event.key === "=") view.zoom(2, middle(canvas, from.link));
			else if (event.key === "-") view.zoom(0.5, middle(canvas, from.link));
			else if (event.key === "0") view.reset();
			else if (event.key === "Escape") light.show(null);
			else if (!STEPS[event.key]) return;
			event.preventDefault();
		};
	}

	function middle(canvas, link) {
		const frame = canvas.getBoundingClientRect(), box = link.getBoundingClientRect();
		return [box.x + box.width / 2 - frame.x, box.y + box.height / 2 - frame.y];
	}

	// Drag, pinch, wheel; one finger scrolls until zoomed in.
	function drag(canvas, view) {
		const down = new Map();
		let far = 0, isAwake = false;
		const spread = () => {
			const [a, b] = [...down.values()], frame = canvas.getBoundingClientRect();
			return { size: Math.hypot(a.x - b.x, a.y - b.y), at: [(a.x + b.x) / 2 - frame.x, (a.y + b.y) / 2 - frame.y] };
		};
		canvas.onpointerdown = (event) => {
			if (event.button) return;
			if (!down.size) far = 0;
			isAwake = true;
			down.set(event.pointerId, { x: event.clientX, y: event.clientY });
		};
		canvas.addEventListener("pointermove", (event) => {
			const before = down.get(event.pointerId);
			if (!before) return;
			const then = down.size === 2 ? spread() : null;
			const dx = event.clientX - before.x, dy = event.clientY - before.y;
			far += Math.abs(dx) + Math.abs(dy);
			if (far > MOVED && !canvas.hasPointerCapture(event.pointerId)) canvas.setPointerCapture(event.pointerId);
			canvas.classList.toggle("moving", far > MOVED);
			before.x = event.clientX; before.y = event.clientY;
			if (then) {
				const now = spread();
				view.zoom(now.size / Math.max(then.size, 1), now.at, false);
				view.move(now.at[0] - then.at[0], now.at[1] - then.at[1]);
			} else if (far > MOVED && (event.pointerType === "mouse" || view.isNear())) view.move(dx, dy);
		});
		canvas.onpointerup = canvas.onpointercancel = (event) => {
			down.delete(event.pointerId);
			canvas.classList.remove("moving");
		};
		canvas.onpointerleave = () => { isAwake = false; };
		canvas.addEventListener("click", (event) => { if (far > MOVED) { event.preventDefault(); far = 0; } }, true);
		canvas.ondragstart = (event) => event.preventDefault();
		canvas.addEventListener("wheel", (event) => {
			if (!isAwake && !event.ctrlKey) return;
			event.preventDefault();
			const frame = canvas.getBoundingClientRect();
			view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), [event.clientX - frame.x, event.clientY - frame.y], false);
		}, { passive: false });
	}

	// What is wanted; the rest steps back.
	function filter(root, svg, nodes, part) {
		const wanted = new Set(), find = part("find"), said = part("said");
		function apply() {
			const words = plain(find.value).split(/\s+/).filter(Boolean);
			let count = 0;
			for (const one of nodes) {
				const on = words.every((word) => one.folded.includes(word)) && (!wanted.size || wanted.has(one.k));
				for (const shown of one.shown) shown.classList.toggle("off", !on);
				count += on;
			}
			const isAll = count === nodes.length;
			svg.classList.toggle("filtered", !isAll);
			said.textContent = isAll ? "" : `${count} of ${nodes.length}`;
		}
		find.addEventListener("input", apply);
		for (const item of root.querySelectorAll(".legend [data-k]")) {
			const button = document.createElement("button");
			button.type = "button";
			button.setAttribute("aria-pressed", "false");
			button.append(...item.childNodes);
			button.onclick = () => {
				if (!wanted.delete(item.dataset.k)) wanted.add(item.dataset.k);
				button.setAttribute("aria-pressed", String(wanted.has(item.dataset.k)));
				apply();
			};
			item.append(button);
		}
	}

	document.querySelectorAll("[data-explorer]").forEach(explore);
})();
