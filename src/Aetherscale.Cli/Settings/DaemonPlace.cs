namespace Aetherscale.Cli.Settings;

/// <summary>Where the daemon is asked: a <see cref="SocketPlace"/> or a <see cref="BrokerPlace"/>.</summary>
internal abstract record DaemonPlace
{
    private const string SocketVariable = "AETHERSCALE_SOCKET";

    // Not the daemon's AETHERSCALE_BROKER: who exports that for a daemon goes on using the daemon's socket.
    private const string BrokerVariable = "AETHERSCALE_CLIENT_BROKER";

    /// <summary>The first place that applies.</summary>
    /// <exception cref="CliException">A settings file cannot be read, or what is named cannot be a daemon's place.</exception>
    public static DaemonPlace Find(string? socket, string? broker, Surroundings around)
    {
        if (socket is not null && broker is not null)
        {
            throw Both("--socket", "--broker");
        }

        return broker is not null ? BrokerPlace.Of(broker, "--broker", isPrivate: false, around)
            : !string.IsNullOrEmpty(socket) ? SocketPlace.At(socket)
            : ByVariable(around)
            ?? BySettings(ClientSettings.UserFile(around), around)
            ?? OwnSocket(around);
    }

    private static DaemonPlace? ByVariable(Surroundings around) =>
        (around.SetVariable(SocketVariable), around.SetVariable(BrokerVariable)) switch
        {
            ({ }, { }) => throw Both(SocketVariable, BrokerVariable),
            ({ } socket, _) => SocketPlace.At(socket),
            (_, { } broker) => BrokerPlace.Of(broker, BrokerVariable, isPrivate: true, around),
            _ => null,
        };

    private static DaemonPlace? BySettings(string? file, Surroundings around) => ClientSettings.Read(file) switch
    {
        { Socket: { } socket } => SocketPlace.At(socket),
        { Broker: { } broker } => BrokerPlace.Of(broker, $"[client] broker in {file}", ClientSettings.IsPrivate(file!), around),
        _ => null,
    };

    private static DaemonPlace OwnSocket(Surroundings around)
    {
        var own = SocketPlace.OfUser(around);
        return File.Exists(own) ? SocketPlace.At(own) : BySettings(around.MachineConfig, around) ?? SocketPlace.At(
            File.Exists(around.SystemSocket) && around.MayWrite(around.SystemSocket) ? around.SystemSocket : own);
    }

    /// <summary>Two daemons are named at once.</summary>
    public static CliException Both(string one, string other) =>
        new(ExitCodes.Usage, $"{one} and {other} exclude each other: the daemon is asked by one of them");
}
