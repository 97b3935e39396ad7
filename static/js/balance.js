// [data-balance data-plus="name" data-minus="name name"]: what is owed by the amounts of its form, while they are typed.

// A field of numbers has no value while something else stands in it.
function fen(field) {
  return field.validity.badInput ? null : Math.round(Number(field.value || "0") * 100);
}

function tell(box) {
  const fields = box.closest("form").elements;
  const sum = (names) => names.split(" ").map((name) => fen(fields[name])).reduce((all, one) => (all === null || one === null ? null : all + one), 0);
  const plus = sum(box.dataset.plus), minus = sum(box.dataset.minus);
  const words = box.querySelector("[data-balance-words]");
  if (plus === null || minus === null) {
    words.textContent = "金额填写完整后，显示应补发多少";
    return;
  }
  const owed = plus - minus;
  const yuan = (Math.abs(owed) / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  words.textContent = owed < 0 ? `多付 ${yuan} 元` : `应补发 ${yuan} 元`;
}

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("form")?.querySelector("[data-balance]");
  if (box) tell(box);
});
