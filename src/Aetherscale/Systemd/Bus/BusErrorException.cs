namespace Aetherscale.Systemd.Bus;

/// <summary>The other side answered a method call with a named D-Bus error.</summary>
internal sealed class BusErrorException(string name, string text) : Exception($"{name}: {text}")
{
    /// <summary>Such as <c>org.freedesktop.systemd1.NoSuchUnit</c>.</summary>
    public string ErrorName { get; } = name;

    /// <summary>The other side's own words.</summary>
    public string Text { get; } = text;
}
