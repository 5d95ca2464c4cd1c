using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.FleetBench;

/// <summary>In the place of a host's VMs: rows in memory, and the commands on them that a fleet needs. Nothing runs.</summary>
internal sealed class StubVms(string host)
{
    public const string NoRoom = "memory: 512 MiB wanted, 0 MiB of 51200 free";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, VmSummary> _byKey = [];
    private readonly List<(VmSummary Row, byte[] Json)> _rows = [];
    private readonly ConcurrentDictionary<Channel<VmEvent>, byte> _listeners = new();

    public IReadOnlyList<(string Id, string? Name)> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows.Select(row => (row.Row.VmId, row.Row.Name))];
            }
        }
    }

    /// <summary>Whether there is no room for any more.</summary>
    public bool IsFull { get; set; }

    public IReadOnlyDictionary<string, Route> Routes { get; private set; } = new Dictionary<string, Route>();

    public bool Has(string key)
    {
        lock (_gate)
        {
            return _byKey.ContainsKey(key);
        }
    }

    public void Add(string id, string? name)
    {
        var row = new VmSummary
        {
            VmId = id,
            Name = name,
            Host = host,
            Status = VmStatus.Running,
            Address = "10.77.0.21",
            Image = "debian-12",
            Cpus = 1,
            Memory = 512,
            Autostart = true,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(row, ContractJson.Wire.VmSummary);
        lock (_gate)
        {
            _rows.Add((row, json));
            _byKey[id] = row;
            _byKey[name ?? id] = row;
        }
    }

    /// <summary>Listens from this call on.</summary>
    public IAsyncEnumerable<VmEvent> Listen(CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<VmEvent>();
        _listeners[events] = 0;
        return ReadAsync(cancellationToken);

        async IAsyncEnumerable<VmEvent> ReadAsync([EnumeratorCancellation] CancellationToken token)
        {
            using var gone = token.Register(() => _listeners.TryRemove(events, out _));
            await foreach (var happened in events.Reader.ReadAllAsync(token))
            {
                yield return happened;
            }
        }
    }

    public void MakeRoutes()
    {
        var wire = ContractJson.Wire;
        Routes = new Dictionary<string, Route>
        {
            [CommandNames.CreateVm] = Commands.Routes.To(wire.CreateVmOptions, wire.VmActionResponse, CreateAsync),
            [CommandNames.StopVm] = Commands.Routes.To(wire.StopVmOptions, wire.VmActionResponse, (options, _, _) => Task.FromResult(Stop(options.VmId))),
            [CommandNames.ListVms] = Commands.Routes.To(wire.ListVmsOptions, (options, _, _) => Task.FromResult(List(options))),
            [CommandNames.ShowHost] = Commands.Routes.To(wire.HostOptions, wire.HostDetails, (_, _, _) => Task.FromResult(Show())),
            [CommandNames.ListHosts] = Commands.Routes.To(wire.ListHostsOptions, wire.HostDetails, (_, _, _) => Task.FromResult(Show())),
            [CommandNames.OfferVm] = Commands.Routes.To(wire.CreateVmOptions, wire.OfferVmResponse, (_, _, _) => Task.FromResult(new OfferVmResponse { HasImage = true, FreePerMille = 1, Missing = IsFull ? NoRoom : null })),
        };
    }

    private async Task<VmActionResponse> CreateAsync(CreateVmOptions options, Requester requester, CancellationToken cancellationToken)
    {
        var id = requester.NewVmId ?? throw new InvalidOperationException("It was not placed.");
        if (!Has(id))
        {
            await (requester.Claim?.Invoke(id, options.Name, cancellationToken) ?? Task.CompletedTask);
            Add(id, options.Name);
            Happened(id, options.Name, "created", VmStatus.Stopped);
            Happened(id, options.Name, "started", VmStatus.Running);
        }

        return new VmActionResponse { Status = VmStatus.Starting, VmId = id, Name = options.Name };
    }

    private VmActionResponse Stop(string key)
    {
        lock (_gate)
        {
            return _byKey.TryGetValue(key, out var row)
                ? new VmActionResponse { Status = VmStatus.Stopped, VmId = row.VmId, Name = row.Name }
                : throw new AetherscaleException(ErrorCodes.VmNotFound, $"There is no VM {key} on {host}.");
        }
    }

    private HostDetails Show() => new() { Host = host, Status = HostStatus.Alive, Vms = All.Count };

    private Action<Utf8JsonWriter> List(ListVmsOptions options)
    {
        var json = new ArrayBufferWriter<byte>(65536);
        json.Write("["u8);
        lock (_gate)
        {
            foreach (var (_, row) in _rows.Where(row => options.Name is null || row.Row.Name?.StartsWith(options.Name, StringComparison.Ordinal) is true))
            {
                json.Write(json.WrittenCount > 1 ? ","u8 : default);
                json.Write(row);
            }
        }

        json.Write("]"u8);
        return writer => writer.WriteRawValue(json.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>Something that happens to one of them.</summary>
    public void Happen() => Happened(_rows[0].Row.VmId, _rows[0].Row.Name, "paused", VmStatus.Paused);

    private void Happened(string id, string? name, string what, string status)
    {
        var happened = new VmEvent { VmId = id, Name = name, Time = TimeProvider.System.GetUtcNow(), Event = what, Status = status, Cause = "request", Text = "it was asked for" };
        foreach (var listener in _listeners.Keys)
        {
            listener.Writer.TryWrite(happened);
        }
    }
}
