// Names for the filters, lists and editor of Datasette's pages, for people who hear them.
const names = {_filter_column: "Column", _filter_op: "Comparison", _filter_value: "Value", _sort: "Sort by"};
for (const [field, name] of Object.entries(names))
    for (const control of document.querySelectorAll(`[name^="${field}"]`))
        if (!control.labels?.length) control.ariaLabel = name;
for (const list of document.querySelectorAll(".column-descriptions, .table-wrapper")) list.tabIndex = 0;
// The SQL editor hides the field that is labelled, and makes one of its own.
addEventListener("load", () => {
    for (const field of document.querySelectorAll("#sql-editor, .CodeMirror textarea")) field.ariaLabel = "SQL";
});
// What the columns mean is folded away: the rows come first.
for (const list of document.querySelectorAll(".column-descriptions")) {
    const fold = document.createElement("details"), head = document.createElement("summary");
    fold.className = "about-columns";
    head.textContent = "Columns";
    list.before(fold);
    fold.append(head, list);
}
