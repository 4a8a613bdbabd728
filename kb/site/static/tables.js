// Names for the filters and lists of Datasette's table pages, for people who hear them.
const names = {_filter_column: "Column", _filter_op: "Comparison", _filter_value: "Value", _sort: "Sort by"};
for (const [field, name] of Object.entries(names))
    for (const control of document.querySelectorAll(`[name^="${field}"]`))
        if (!control.labels?.length) control.ariaLabel = name;
for (const list of document.querySelectorAll(".column-descriptions, .table-wrapper")) list.tabIndex = 0;
