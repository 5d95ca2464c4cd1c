using System.Collections;
using Aetherscale;
using Aetherscale.Configuration;
using Aetherscale.Files;

var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
var host = new HostEnvironment(variables, Libc.GetEffectiveUserId(), AppContext.BaseDirectory.TrimEnd('/'), args.Contains(DaemonCommandLine.SystemFlag));
return await new DaemonCommandLine(new SettingsReader(host), (settings, stop) => Daemon.RunAsync(settings, host, stop)).RunAsync(args);
