// Runs before the first paint: tells the stylesheet that scripts work.
document.documentElement.classList.add("js");
