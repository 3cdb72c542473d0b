// The token of a one-time link stands after the #, so that it reaches no server log; here it goes into the form.
(function () {
  "use strict";
  var field = document.getElementById("id_token");
  var token = location.hash.slice(1);
  if (!field || !token) { return; }
  field.value = token;
  history.replaceState(null, "", location.pathname);
  var password = document.getElementById("id_password");
  if (password) { password.focus(); }
}());
