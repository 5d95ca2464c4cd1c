namespace Aetherscale.Qemu;

/// <summary>
/// The QMP commands that the daemon uses, by name. Each fails as <see cref="QmpClient.ExecuteAsync"/> does.
/// </summary>
internal static class QmpCommands
{
    /// <summary>QEMU's run state: <c>running</c>, <c>paused</c>, <c>io-error</c>, <c>shutdown</c>, …</summary>
    public static async Task<string> QueryStatusAsync(this QmpClient qmp, CancellationToken cancellation)
    {
        var reply = await qmp.ExecuteAsync("query-status", null, cancellation);
        return QmpMessage.Status(reply);
    }

    /// <summary>Lets a paused guest go on.</summary>
    public static Task ContinueAsync(this QmpClient qmp, CancellationToken cancellation) =>
        qmp.ExecuteAsync("cont", null, cancellation);

    /// <summary>Halts the guest's CPUs.</summary>
    public static Task HaltAsync(this QmpClient qmp, CancellationToken cancellation) =>
        qmp.ExecuteAsync("stop", null, cancellation);

    /// <summary>Resets the machine, as its reset button does; QEMU runs on.</summary>
    public static Task ResetAsync(this QmpClient qmp, CancellationToken cancellation) =>
        qmp.ExecuteAsync("system_reset", null, cancellation);

    /// <summary>
    /// Connects the guest's card to the switch again, after the switch was restarted: QEMU's vde back end does not do
    /// it by itself. The guest's card stays; what it sends meanwhile is lost. May be repeated after it failed half-way.
    /// </summary>
    /// <param name="qmp">The VM's monitor.</param>
    /// <param name="switchPath">The switch's control folder.</param>
    /// <param name="isShared">The switch is another user's, who shares a group with QEMU.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task ReplugNetworkAsync(this QmpClient qmp, string switchPath, bool isShared, CancellationToken cancellation)
    {
        await qmp.RemoveNetdevAsync(QemuNetwork.LegPort, cancellation);
        await qmp.RemoveNetdevAsync(QemuNetwork.Leg, cancellation);
        await qmp.ExecuteAsync("netdev_add", json => QemuNetwork.WriteSwitchLeg(json, switchPath, isShared), cancellation);
        await qmp.ExecuteAsync(
            "netdev_add", json => QemuNetwork.WriteHubPort(json, QemuNetwork.LegPort, QemuNetwork.Leg), cancellation);
    }

    /// <summary>Has QEMU write what the guest's screen shows to a file, which it makes.</summary>
    /// <param name="qmp">The VM's monitor.</param>
    /// <param name="path">Where QEMU may write.</param>
    /// <param name="format"><c>png</c> (since QEMU 7.1, and not in every build) or <c>ppm</c>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static Task ScreendumpAsync(this QmpClient qmp, string path, string format, CancellationToken cancellation) => qmp.ExecuteAsync(
        "screendump",
        json =>
        {
            json.WriteString("filename", path);
            if (format != "ppm")
            {
                json.WriteString("format", format);
            }
        },
        cancellation);

    private static async Task RemoveNetdevAsync(this QmpClient qmp, string id, CancellationToken cancellation)
    {
        try
        {
            await qmp.ExecuteAsync("netdev_del", json => json.WriteString("id", id), cancellation);
        }
        catch (QmpException error) when (error.ErrorClass == "DeviceNotFound")
        {
            // An earlier try came as far as here.
        }
    }
}
