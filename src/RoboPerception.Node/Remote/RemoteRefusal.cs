namespace RoboPerception.Node.Remote;

/// <summary>A request that is not fulfilled.</summary>
/// <param name="reason">Why, and what would help; goes to whoever asked.</param>
internal sealed class RemoteRefusal(string reason) : Exception(reason);
