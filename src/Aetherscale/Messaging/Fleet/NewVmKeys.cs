using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Messaging.Fleet;

/// <summary>Makes the id and the name of a VM this host's in the whole fleet, before there is anything of the VM.</summary>
internal sealed class NewVmKeys(FleetHost me, VmClaims claims, TimeProvider time)
{
    /// <summary>Whoever asks this very host does not wait longer for the broker.</summary>
    private static readonly TimeSpan s_namePatience = TimeSpan.FromSeconds(3);

    /// <summary>The id and the name of a VM that is placed here.</summary>
    /// <param name="link">The way to the other hosts.</param>
    /// <param name="create">The request.</param>
    /// <param name="id">The VM's.</param>
    /// <param name="name">The VM's; null for none.</param>
    /// <param name="taken">Gets what has become this host's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HeldElsewhereException">Another host has the id.</exception>
    /// <exception cref="AetherscaleException"><c>name-taken</c>, <c>no-fleet</c>.</exception>
    public async Task ClaimAsync(
        FleetLink link, Outgoing create, string id, string? name, List<string> taken, CancellationToken cancellationToken)
    {
        if (create.Request.RequestId is null)
        {
            await TryBindAsync(link, id, cancellationToken);
        }
        else if (!await claims.TryClaimAsync(link, id, cancellationToken))
        {
            throw new HeldElsewhereException();
        }

        taken.Add(id);

        // Without a request id nobody makes the VM in this host's stead when the broker goes: then it is made, and named later.
        if (name is not null && (create.Request.RequestId is null
            ? await TryNameAsync(link, name, cancellationToken)
            : await claims.TryClaimAsync(link, name, cancellationToken) ? true : throw NameIsTaken(name)))
        {
            taken.Add(name);
        }
    }

    /// <returns>False: the broker does not answer. The name is taken when it does, if it is free then.</returns>
    public async Task<bool> TryNameAsync(FleetLink link, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await claims.TryClaimAsync(link, name, cancellationToken).WaitAsync(s_namePatience, time, cancellationToken) ? true : throw NameIsTaken(name);
        }
#pragma warning disable CA1031 // The client library throws all kinds of things when the connection goes; each means the same here.
        catch (Exception error) when (error is not (OperationCanceledException or AetherscaleException { Code: NameTaken }))
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>Gives up the keys of a VM that has not been made. Why it was not is told, whatever the broker says now.</summary>
    public async Task TryReleaseAsync(FleetLink link, IEnumerable<string> keys)
    {
        try
        {
            await claims.ReleaseAsync(link, keys.Where(key => !me.Has(key)), CancellationToken.None);
        }
        catch (AetherscaleException)
        {
            // A key that leads here for nothing is given up when somebody asks for it.
        }
    }

    /// <summary>No other host can have such an id: the next connection will do as well.</summary>
    private async Task TryBindAsync(FleetLink link, string id, CancellationToken cancellationToken)
    {
        try
        {
            await claims.BindAsync(link, [id], cancellationToken);
        }
        catch (AetherscaleException)
        {
            // All ids are bound when it is there.
        }
    }

    private static AetherscaleException NameIsTaken(string name) =>
        new(NameTaken, $"The name \"{name}\" belongs to a VM on another host of the fleet; take another or delete that VM.");
}

/// <summary>Another host has the VM that this request makes.</summary>
internal sealed class HeldElsewhereException : Exception;
