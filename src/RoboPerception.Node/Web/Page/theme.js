// The system's colours, until the button says otherwise.
const system = matchMedia('(prefers-color-scheme: light)');

export function follow(button, painted = () => {}) {
  const paint = () => {
    document.documentElement.dataset.theme = localStorage.getItem('theme') ?? (system.matches ? 'light' : 'dark');
    painted();
  };
  button.addEventListener('click', () => { localStorage.setItem('theme', document.documentElement.dataset.theme === 'light' ? 'dark' : 'light'); paint(); });
  system.addEventListener('change', paint);
  paint();
}
