// Tells the platform that opened this window that registering is done, so that it can close it (Dynamic Registration, 3.7).
(window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
