using System.Runtime.InteropServices;
using Aetherscale.Cli;

using var interrupted = new CancellationTokenSource();
var signal = 0;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

var code = await CliApp.RunAsync(args, Surroundings.OfThisProcess(), interrupted.Token);
return code == ExitCodes.Interrupted ? 128 + signal : code;

void End(PosixSignalContext context)
{
    context.Cancel = true;
    signal = context.Signal == PosixSignal.SIGINT ? 2 : 15;
    interrupted.Cancel();
}
