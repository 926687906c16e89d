namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module with functions that run before and after forward.</summary>
        public abstract class HookableModule<TPreHook, TPostHook> : Module
            where TPreHook : Delegate
            where TPostHook : Delegate
        {
            private Dictionary<string, TPreHook>? _preHooks;
            private Dictionary<string, TPostHook>? _postHooks;

            protected HookableModule(string name) : base(name)
            {
            }

            internal bool HasHooks => _preHooks is { Count: > 0 } || _postHooks is { Count: > 0 };

            public HookRemover register_forward_hook(TPostHook? hook)
            {
                ArgumentNullException.ThrowIfNull(hook);
                string key = Guid.NewGuid().ToString();
                (_postHooks ??= []).Add(key, hook);
                return new HookRemover(this, key);
            }

            public HookRemover register_forward_pre_hook(TPreHook? hook)
            {
                ArgumentNullException.ThrowIfNull(hook);
                string key = Guid.NewGuid().ToString();
                (_preHooks ??= []).Add(key, hook);
                return new HookRemover(this, key);
            }

            internal TPreHook[] PreHooks() => _preHooks?.Values.ToArray() ?? [];

            internal TPostHook[] PostHooks() => _postHooks?.Values.ToArray() ?? [];

            private void Remove(string key)
            {
                _preHooks?.Remove(key);
                _postHooks?.Remove(key);
            }

            /// <summary>Takes a hook off again.</summary>
            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> _module;
                private readonly string _key;

                public HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
                {
                    _module = module;
                    _key = key;
                }

                public void remove() => _module.Remove(_key);
            }
        }
    }
}
