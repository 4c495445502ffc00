// A session that has ended: whatever the page asks for is refused, so the page is loaded anew, which leads to the sign-in.
(function () {
  "use strict";
  const asked = window.fetch;
  window.fetch = function () {
    return asked.apply(this, arguments).then(function (answer) {
      if (answer.status === 401 && /\/_dash-/.test(answer.url)) { window.location.reload(); }
      return answer;
    });
  };
}());
