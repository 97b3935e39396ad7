// data-confirm on a button: asks once, naming the thing. A click is held back, and repeated after "yes".
// name="_ask" value="说明" data-confirm data-confirm-title="…" data-confirm-yes="撤销" [data-confirm-danger]
// Without scripts the button sends `_ask`, and the server asks instead (responsibilities/views/asking.py).
// Loaded before the page is built, and not as a module: a button asks from the moment that it can be seen.
{
  let pending = null;
  let dialog = null;

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "wp-dialog";
    dialog.setAttribute("aria-labelledby", "wp-dialog-title");
    dialog.setAttribute("aria-describedby", "wp-dialog-text");
    dialog.innerHTML =
      '<form method="dialog"><div class="wp-dialog__body"><h2 id="wp-dialog-title"></h2><p id="wp-dialog-text"></p></div>' +
      '<div class="wp-dialog__foot"><button class="btn" value="no">取消</button><button class="btn" value="yes"></button></div></form>';
    dialog.addEventListener("close", () => {
      const element = pending;
      pending = null;
      element?.focus();
      if (!element || dialog.returnValue !== "yes") return;
      element.dataset.confirmed = "";
      element.removeAttribute("name");
      element.click();
      element.setAttribute("name", "_ask");
      delete element.dataset.confirmed;
    });
    document.body.append(dialog);
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-confirm]");
    if (!element || "confirmed" in element.dataset) return;
    // a form that the browser would refuse is shown its own errors first
    if (element.form && !element.form.noValidate && !element.form.checkValidity()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!dialog) build();
    const { confirmTitle, confirmYes } = element.dataset;
    const yes = dialog.querySelector("[value=yes]");
    dialog.querySelector("h2").textContent = confirmTitle || "请确认";
    dialog.querySelector("p").textContent = element.value;
    yes.textContent = confirmYes || "确定";
    yes.className = `btn ${"confirmDanger" in element.dataset ? "btn-danger" : "btn-primary"}`;
    dialog.returnValue = "no";
    pending = element;
    dialog.showModal();
    dialog.querySelector("[value=no]").focus();
  }, true);
}
