using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.FleetBench;
using Microsoft.Extensions.Logging;

// Aetherscale.FleetBench HOSTS VMS PORT BROKER-PID FOLDER [stay]: measures a fleet of stub hosts at the broker and prints one line; or has
// it stay until a line comes in, for others to measure.
const int Rounds = 15;
const int Creates = 2000;
const int Clients = 8;
const int PerClient = 8;

var (hosts, vms, port, brokerPid, folder) = (Number(0), Number(1), Number(2), Number(3), args[4]);
if (!BrokerAddress.TryParse($"amqp://127.0.0.1:{port}", out var address, out var problem))
{
    throw new ArgumentException(problem);
}

using var logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true));
using var stop = new CancellationTokenSource();
using var lastStop = new CancellationTokenSource();
var before = Process.GetCurrentProcess().WorkingSet64;
var fleet = Enumerable.Range(0, hosts).Select(Make).ToList();

// They come one after the other, ten in a second.
var cpu = BrokerCpu();
var clock = Stopwatch.StartNew();
var serving = new List<Task>();
foreach (var host in fleet)
{
    serving.Add(host.ServeAsync(address!, host == fleet[^1] ? lastStop.Token : stop.Token));
    await Task.Delay(100);
}

await UntilAsync(() => fleet.TrueForAll(host => host.Members.Names.Count == hosts));
var join = clock.Elapsed;
Progress("all know all");
await using var client = await Client.OpenAsync(address!);
var last = fleet.SelectMany((_, n) => Enumerable.Range(Math.Max(0, vms - 2), Math.Min(2, vms)).Select(vm => NameOf(n, vm))).ToList();
while ((last = await client.UnboundAsync(last)).Count > 0)
{
    await Task.Delay(1000);
}

var bound = clock.Elapsed;
Progress("all names are claimed");
if (args.Length > 5)
{
    await Console.In.ReadLineAsync();
    await EndAsync();
    return;
}

var joinCpu = BrokerCpu() - cpu;
await Task.Delay(5000);

var memory = (Process.GetCurrentProcess().WorkingSet64 - before) / hosts / 1024.0 / 1024;
var whole = new List<double>();
var filtered = new List<double>();
var stops = new List<double>();
for (var round = 0; round < Rounds; round++)
{
    whole.Add(await TimeAsync(async () => Check(await client.AskAsync(AmqpRoutes.CommandQueue, ListVms(null)), hosts * vms)));
    filtered.Add(await TimeAsync(async () => Check(await client.AskAsync(AmqpRoutes.CommandQueue, ListVms(NameOf(round, 5))), 1)));
    stops.Add(await TimeAsync(async () =>
    {
        var options = JsonSerializer.SerializeToElement(new StopVmOptions { VmId = NameOf(round, 1) }, ContractJson.Wire.StopVmOptions);
        Check(await client.AskAsync(AmqpRoutes.CommandQueue, new RequestEnvelope { Command = CommandNames.StopVm, Options = options }), null);
    }));
}

Progress("asked");
var back = await ComeBackAsync(serving.Count - 1);
Progress("one is back");
cpu = BrokerCpu();
var placements = await PlaceAsync();
Progress("placed");
var placementCpu = BrokerCpu() - cpu;
foreach (var host in fleet.Where((_, n) => n % 2 == 0))
{
    host.Vms.IsFull = true;
}

var placementsOfHalf = await PlaceAsync();
Progress("placed on half of them");
await Task.Delay(3000);
cpu = BrokerCpu();
var own = Process.GetCurrentProcess().TotalProcessorTime;
await Task.Delay(10_000);
var idle = (BrokerCpu() - cpu) / 10;
var ownIdle = (Process.GetCurrentProcess().TotalProcessorTime - own).TotalSeconds / 10;

Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"| {hosts} | {hosts * vms} | {join.TotalSeconds:F1} | {bound.TotalSeconds:F1} | {Median(whole):F0} ({whole.Max():F0}) | {Median(filtered):F0} ({filtered.Max():F0}) | {Median(stops):F1} ({stops.Max():F1}) | {back:F0} | {placements:F0} | {placementsOfHalf:F0} | {memory:F1} | {BrokerMemory():F0} | {joinCpu:F0} | {placementCpu * 1000 / Creates:F1} | {idle * 100:F0} % | {ownIdle * 100:F0} % |"));
await EndAsync();

// In a second.
async Task<double> PlaceAsync()
{
    var run = Guid.NewGuid().ToString("N")[..6];
    var next = 0;
    clock.Restart();
    await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
    {
        await using var creator = await Client.OpenAsync(address!);
        await Task.WhenAll(Enumerable.Range(0, PerClient).Select(async _ =>
        {
            for (var n = Interlocked.Increment(ref next); n <= Creates; n = Interlocked.Increment(ref next))
            {
                var options = JsonSerializer.SerializeToElement(new CreateVmOptions { Image = "debian-12", Name = $"new-{run}-{n}" }, ContractJson.Wire.CreateVmOptions);
                Check(await creator.AskAsync(AmqpRoutes.CommandQueue, new RequestEnvelope { Command = CommandNames.CreateVm, Options = options, RequestId = $"{run}-{n}" }), null);
            }
        }));
    }));
    return Creates / clock.Elapsed.TotalSeconds;
}

// The last host goes and comes: an event of its VMs is told when the names of all are known to be its own.
async Task<double> ComeBackAsync(int number)
{
    await lastStop.CancelAsync();
    await serving[number];
    var heard = await client.NextEventAsync(fleet[number].Name);
    var again = Stopwatch.StartNew();
    serving[number] = fleet[number].ServeAsync(address!, stop.Token);
    while (await Task.WhenAny(heard, Task.Delay(5)) != heard)
    {
        fleet[number].Vms.Happen();
    }

    return again.Elapsed.TotalMilliseconds;
}

async Task EndAsync()
{
    await stop.CancelAsync();
    await lastStop.CancelAsync();
    await Task.WhenAll(serving);
    foreach (var host in fleet)
    {
        await host.DisposeAsync();
    }
}

void Progress(string what) => Console.Error.WriteLine($"{clock.Elapsed.TotalSeconds:F1} s: {what}");

int Number(int n) => int.Parse(args[n], CultureInfo.InvariantCulture);

StubHost Make(int n)
{
    var stub = new StubVms($"host-{n:D5}");
    for (var vm = 0; vm < vms; vm++)
    {
        stub.Add(IdOf((n * vms) + vm), NameOf(n, vm));
    }

    stub.MakeRoutes();
    var own = Directory.CreateDirectory($"{folder}/host-{n:D5}");
    return new StubHost($"host-{n:D5}", stub, $"{own.FullName}/hosts.json", logs);
}

static string NameOf(int host, int vm) => $"vm-{host:D5}-{vm:D4}";

static string IdOf(int number) => string.Create(8, number, static (letters, left) =>
{
    for (var n = letters.Length - 1; n >= 0; n--, left /= 26)
    {
        letters[n] = (char)('a' + (left % 26));
    }
});

static RequestEnvelope ListVms(string? name) => new()
{
    Command = CommandNames.ListVms,
    Options = JsonSerializer.SerializeToElement(new ListVmsOptions { Name = name }, ContractJson.Wire.ListVmsOptions),
};

static void Check(byte[] reply, int? rows)
{
    var envelope = JsonSerializer.Deserialize(reply, ContractJson.Tolerant.ReplyEnvelope)!;
    if (envelope.ExecutionInfo is not { Status: ExecutionInfo.Success, Unanswered: null } || (rows is not null && envelope.Response!.Value.GetArrayLength() != rows))
    {
        throw new InvalidDataException($"Not as it should be: {System.Text.Encoding.UTF8.GetString(reply.AsSpan(0, Math.Min(500, reply.Length)))}");
    }
}

static async Task<double> TimeAsync(Func<Task> work)
{
    var clock = Stopwatch.StartNew();
    await work();
    return clock.Elapsed.TotalMilliseconds;
}

static async Task UntilAsync(Func<bool> isSo)
{
    while (!isSo())
    {
        await Task.Delay(100);
    }
}

static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

double BrokerCpu()
{
    const int UserTime = 11;
    var fields = File.ReadAllText($"/proc/{brokerPid}/stat").Split(") ")[1].Split(' ');
    return (long.Parse(fields[UserTime], CultureInfo.InvariantCulture) + long.Parse(fields[UserTime + 1], CultureInfo.InvariantCulture)) / 100.0;
}

double BrokerMemory() => long.Parse(
    File.ReadLines($"/proc/{brokerPid}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
    CultureInfo.InvariantCulture) / 1024.0;
