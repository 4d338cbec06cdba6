// Paper is white: what is read in the dark is printed as in the light, drawings too.
const ground = document.documentElement.dataset;
let before = ground.theme;

window.addEventListener("beforeprint", () => {
  before = ground.theme;
  ground.theme = "light";
});

window.addEventListener("afterprint", () => {
  ground.theme = before;
});
